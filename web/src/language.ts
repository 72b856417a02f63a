// The page's language and its texts. The English text is the key of a translation. The server
// loads the catalogue of the page's language before the scripts; for English there is none.

/** lang is the code of the page's language: "de". */
export const lang = (typeof document === "undefined" ? "" : document.documentElement.lang) || "en";

/** dates is the locale for dates and times: in English with the day first. */
export const dates = lang === "en" ? "en-GB" : lang;

/** gap is between two sentences, and stop ends one. */
export const [gap, stop] = lang === "ja" || lang === "zh" ? ["", "。"] : [" ", "."];

const texts = (globalThis as { mint402Texts?: Record<string, string> }).mint402Texts ?? {};

/**
 * t returns a text in the page's language. The arguments fill its placeholders in the order in
 * which the English text has them: t("Mint {tokens} for {price}", bought, paid).
 */
export function t(english: string, ...args: (string | number)[]): string {
  return parts(english, ...args).join("");
}

/** parts is t for arguments that are elements: it returns the text in pieces, with the arguments in between. */
export function parts<T>(english: string, ...args: T[]): (string | T)[] {
  const values = new Map<string, T>();
  for (const name of english.match(placeholder) ?? []) {
    if (!values.has(name) && values.size < args.length) values.set(name, args[values.size]!);
  }
  const whole = Object.hasOwn(texts, english) ? texts[english]! : english;
  return whole.split(placeholder).map((piece) => values.has(piece) ? values.get(piece)! : piece).filter((piece) => piece !== "");
}

const placeholder = /(\{[a-z]+\})/g;

/** plural returns the text for a count, which is the first placeholder of both texts. shown is the count as text. */
export function plural(n: number, shown: string, one: string, other: string, ...args: (string | number)[]): string {
  return t(n === 1 || (n === 0 && (lang === "fr" || lang === "pt")) ? one : other, shown, ...args);
}
