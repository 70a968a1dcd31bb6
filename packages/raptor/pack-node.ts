/** Builds dist/: a package of plain JavaScript with types, ready for `npm pack` or `npm publish`. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");

export function pack(dist: string): string {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", join(here, "tsconfig.build.json"), "--outDir", join(dist, "lib")], {
    stdio: "inherit",
  });
  const own = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  const { name, version, license, description } = own;
  const shape = {
    name,
    version,
    license,
    description,
    type: "module",
    engines: { node: ">=20" },
    exports: {
      ".": { types: "./lib/index.d.ts", default: "./lib/index.js" },
      "./behaviors": { types: "./lib/behaviors-node.d.ts", default: "./lib/behaviors-node.js" },
    },
    bin: { raptor: "./lib/raptor-node.js" },
    files: ["lib", "behaviors"],
  };
  writeFileSync(join(dist, "package.json"), `${JSON.stringify(shape, null, 2)}\n`);
  for (const file of ["README.md", "behaviors"]) cpSync(join(here, file), join(dist, file), { recursive: true });
  cpSync(join(root, "LICENSE"), join(dist, "LICENSE"));
  return dist;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(`packed: ${pack(join(here, "dist"))} (npm pack there)`);
