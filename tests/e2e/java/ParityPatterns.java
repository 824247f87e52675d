// SPDX-License-Identifier: Apache-2.0

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Answers each line "PATTERN tab SUBJECT …" of its input with Java's result, as jmx_exporter uses a
 * pattern: "!" refused, "-" no match, or "+" and the groups, each after a "|".
 */
public final class ParityPatterns {
    private static String unescape(String text) {
        return text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t");
    }

    private static String answer(String pattern, String subject) {
        Matcher matcher;
        try {
            matcher = Pattern.compile("^.*(?:" + pattern + ").*$").matcher(subject);
        } catch (PatternSyntaxException e) {
            return "!";
        }
        if (!matcher.matches()) {
            return "-";
        }
        StringBuilder groups = new StringBuilder("+");
        for (int i = 1; i <= matcher.groupCount(); i++) {
            groups.append('|').append(matcher.group(i) == null ? "" : matcher.group(i));
        }
        return groups.toString().replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] columns = line.split("\t", -1);
            out.println(line.startsWith("#") ? line : answer(columns[0], unescape(columns[1])));
        }
    }
}
