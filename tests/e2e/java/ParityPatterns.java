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
 * pattern: "!" refused, "-" no match, "+" and the groups, each after a "|", or "?" when it takes too
 * long: Java has no limit.
 */
public final class ParityPatterns {
    private static final int LOOKS_MAX = 1_000_000;

    /** A text that ends the match after it has been looked at too often. */
    private static final class Limited implements CharSequence {
        private final String text;
        private int looks;

        Limited(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++looks > LOOKS_MAX) {
                throw new IllegalStateException("too many steps");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

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
        try {
            if (!matcher.matches()) {
                return "-";
            }
        } catch (IllegalStateException | StackOverflowError e) {
            return "?";
        } catch (NullPointerException e) { // "[a&&&&b]"
            return "!";
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
