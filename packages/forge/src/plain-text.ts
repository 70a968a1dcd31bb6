/** Text of one line that every format of ours can hold. */

/** Controls (C0, DEL, C1), line and paragraph separators, and the two code points that XML leaves out. */
const ODD = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/;

/** @returns false for text with control characters, line breaks or half a surrogate pair. */
export const isPlainText = (text: string): boolean => !ODD.test(text) && text.isWellFormed();
