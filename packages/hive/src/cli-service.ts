/** `axiom service print|install|uninstall`. */
import { isRefusal } from "lop";
import { installUnit, removeUnit, unitOptions, unitText } from "./service.ts";
import { EXIT, showRefusal, type Terminal } from "./terminal.ts";

export function runServicePrint(terminal: Terminal, system: boolean): number {
  const text = unitText(unitOptions(terminal.home, system));
  terminal.out(terminal.json ? JSON.stringify({ unit: text }) : text);
  return EXIT.ok;
}

export function runServiceInstall(terminal: Terminal, system: boolean): number {
  const installed = installUnit(unitOptions(terminal.home, system));
  if (isRefusal(installed)) return showRefusal(terminal, installed);
  terminal.out(terminal.json ? JSON.stringify(installed) : `${installed.path}\nstart it: ${installed.next}`);
  return EXIT.ok;
}

export function runServiceUninstall(terminal: Terminal, system: boolean): number {
  const removed = removeUnit(system);
  if (isRefusal(removed)) return showRefusal(terminal, removed);
  terminal.out(terminal.json ? JSON.stringify(removed) : `removed ${removed.path}`);
  return EXIT.ok;
}
