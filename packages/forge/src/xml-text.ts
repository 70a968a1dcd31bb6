/** XML as text: elements, attributes and escapes, nothing more. XML 1.0, sections 2.2 and 2.4. */
import { isPlainText } from "./plain-text.ts";

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (XmlElement | string)[];
}

/** A child that is null is left out. */
export const xml = (
  name: string,
  attributes: Readonly<Record<string, string | number>> = {},
  ...children: (XmlElement | string | null)[]
): XmlElement => ({ name, attributes, children: children.filter((child) => child !== null) });

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** @throws TypeError on what no document may hold, escaped or not: control characters, halves of surrogate pairs. */
export function escapeXml(text: string): string {
  if (!isPlainText(text)) throw new TypeError(`no text for a document: ${JSON.stringify(text)}`);
  return text.replace(/[&<>"']/g, (sign) => ESCAPES[sign]!);
}

/** Two blanks a level; an element that holds text alone stays on its line, for blanks there would be part of it. */
export function xmlText(element: XmlElement, indent = ""): string {
  const { name, children } = element;
  const attributes = Object.entries(element.attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
  const head = `${indent}<${name}${attributes.join("")}`;
  if (children.length === 0) return `${head}/>\n`;
  const [only] = children;
  if (typeof only === "string" && children.length === 1) return `${head}>${escapeXml(only)}</${name}>\n`;
  const inner = children.map((child) =>
    typeof child === "string" ? `${indent}  ${escapeXml(child)}\n` : xmlText(child, `${indent}  `),
  );
  return `${head}>\n${inner.join("")}${indent}</${name}>\n`;
}
