/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * Numbers as Java writes and reads them: rules see values as String.valueOf() gives them, and a
 * rule's `value` is read by Double.valueOf(). Pure functions; any thread.
 *
 * Source: Java's Double.toString() and Double.valueOf(), "FloatValue"; YAML 1.1, "Scalar Tags".
 */

#include "base/number.h"
#include "base/str.h"

#include <stdbool.h>

/** Write 1.0, 1.0E10, NaN, -Infinity. @param out room for SG_NUMBER_TEXT_MAX @return its length */
size_t sg_java_number_write(char *out, double value);

/**
 * Java's text for a plain scalar of YAML 1.1 that is a flag or a number: yes is "true", 0.50
 * is "0.5", 010 is "8". @param out  room for SG_NUMBER_TEXT_MAX @return its length; 0: it is a text
 */
size_t sg_java_number_of_yaml(char *out, struct sg_str plain);

/** Read a number with blanks around it, a suffix d or f, or in hexadecimal. @return is it a number?
 */
bool sg_java_number_read(struct sg_str text, double *ret_value);
