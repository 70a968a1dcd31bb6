import fc from "fast-check";
import { isRefusal } from "lop";
import { expect, inject, test } from "vitest";
import { planOf, renderDefinitions } from "../src/index.ts";
import { isPlainText } from "../src/plain-text.ts";
import { examplePlan } from "./example-plan.ts";
import { child, has, xmlTrees } from "./other-readers.ts";

type Example = ReturnType<typeof examplePlan>;
const changed = (change: (plan: Example) => void): unknown => {
  const plan = examplePlan();
  change(plan);
  return plan;
};
const machine = (values: Record<string, unknown>, at = 0) =>
  changed(({ machines }) => Object.assign(machines[at]!, values));

test("the example is taken, and gives the same bytes twice", () => {
  const [one, two] = [planOf(examplePlan()), planOf(examplePlan())];
  if (isRefusal(one) || isRefusal(two)) throw new Error("refused");
  expect([...renderDefinitions(one).files]).toEqual([...renderDefinitions(two).files]);
  expect(renderDefinitions(one).left_out.map(({ backend, what }) => `${backend}/${what}`)).toEqual([
    "kvm/axiom-store",
    "kvm/axiom-served",
    "xen/axiom-net",
    "xen/axiom-store",
  ]);
});

test("a plan that was rendered is read as the same plan", () => {
  const plan = planOf(examplePlan());
  if (isRefusal(plan)) throw new Error(plan.why);
  expect(planOf(JSON.parse(renderDefinitions(plan, []).files.get("plan.json")!))).toEqual(plan);
});

const NAMES = [
  "",
  "A",
  "a b",
  'a"',
  "a'",
  "a\nb",
  "</domain>",
  "a</domain>",
  "a/b",
  "../a",
  "-a",
  "a;id",
  "$(id)",
  "a".repeat(33),
];
test.for(NAMES.map((name) => [name]))("the name %j is refused", ([name]) => {
  expect(planOf(machine({ name }))).toMatchObject({ refused: "config-invalid" });
});

test.for<[string, unknown, string]>([
  ["an unknown key", changed((plan) => Object.assign(plan, { netwrok: 1 })), "Unrecognized key"],
  ["two machines of a name", machine({ name: "net" }), "net is there twice"],
  ["a device given twice", machine({ devices: ["0000:03:00.0"] }, 2), "0000:03:00.0 is given twice"],
  ["a device that is none", machine({ devices: ["eth0"] }, 1), "like 0000:03:00.0"],
  ["too few pins", machine({ pins: [0] }, 3), "1 pins for 2 vcpus"],
  ["a processor twice", machine({ pins: [1, 1] }, 3), "a processor is named twice"],
  ["two processors for the crucible", machine({ vcpus: 2, pins: [] }), "knows one processor"],
  ["a crucible without a kernel", machine({ kernel: null }), "a crucible needs one"],
  ["a crucible's disk that can be written", machine({ disks: [{ path: "/a", writable: true }] }), "are read-only"],
  ["a network for the crucible", machine({ network: { driver: "net" } }), "Unrecognized key"],
  ["a network from nobody", machine({ network: { driver: "store" } }, 3), "store is no driver machine"],
  ["a disk from nobody", machine({ disks: [{ path: "/a", served_by: "net" }] }, 4), "net is no driver machine"],
  ["a path that climbs", machine({ kernel: { path: "/a/../b" } }), "not a plain absolute path"],
  ["a path with a line break", machine({ kernel: { path: "/a\nb" } }), "not a plain absolute path"],
  ["a command line with a line break", machine({ kernel: { path: "/a", command_line: "a\nb" } }), "control characters"],
  [
    "a socket's folder with a comma",
    changed((plan) => Object.assign(plan, { runtime_folder: "/run/a,b" })),
    "only letters",
  ],
  [
    "a bridge with an option",
    changed(({ bridge }) => Object.assign(bridge, { host: "-oProxyCommand=id" })),
    "bridge.host",
  ],
  ["a bridge with a line", changed(({ bridge }) => Object.assign(bridge, { user: "a\nExecStart=id" })), "bridge.user"],
  [
    "a specifier of systemd's",
    changed(({ bridge }) => Object.assign(bridge, { identity_file: "/a%h" })),
    "bridge.identity_file",
  ],
  ["a box of Ruby", changed(({ vagrant }) => Object.assign(vagrant, { box: "a/b'; system('id') #" })), "vagrant.box"],
  [
    "a harness that is none",
    changed(({ vagrant }) => Object.assign(vagrant, { machine: "net" })),
    "no machine of role",
  ],
])("%s is refused", ([, plan, why]) => {
  const refused = planOf(plan);
  expect(refused).toMatchObject({ refused: "config-invalid" });
  expect(isRefusal(refused) && refused.why).toContain(why);
});

const seed = inject("seed");
const HOSTILE = [
  '"',
  "'",
  "\n",
  "</domain>",
  "<qemu:commandline>",
  "&lt;",
  "\\",
  "]]>",
  ",",
  " ",
  "=",
  "target=",
  "a",
  "\u0000",
  "é",
];

test(`whatever a path or a command line holds, it is refused or it stays one value (seed ${seed})`, (ctx) => {
  if (!has("python3")) return ctx.skip("needs python3 (apt install python3)");
  const words = fc.array(fc.constantFrom(...HOSTILE), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
  const taken: { path: string; line: string; xml: string }[] = [];
  for (const [word, line] of fc.sample(fc.tuple(words, words), { seed, numRuns: 400 })) {
    const path = `/${word}`;
    const plan = planOf(machine({ kernel: { path, command_line: line } }));
    if (isRefusal(plan)) {
      expect(isPlainText(path) && isPlainText(line) && !/\/(\/|$)/.test(path)).toBe(false);
      continue;
    }
    const { files } = renderDefinitions(plan);
    for (const name of ["kvm/axiom-crucible.xml", "xen/axiom-crucible.xml"])
      taken.push({ path, line, xml: files.get(name)! });
  }
  expect(taken.length).toBeGreaterThan(50);
  const trees = xmlTrees(taken.map(({ xml }) => xml));
  expect(trees.map((tree) => child(tree, "os", "kernel")?.text)).toEqual(taken.map(({ path }) => path));
  expect(trees.map((tree) => child(tree, "os", "cmdline")?.text)).toEqual(taken.map(({ line }) => line));
  // Nothing stands beside what always stands there.
  const shapes = new Set(trees.map((tree) => tree.children.map(({ name }) => name).join(" ")));
  expect(shapes.size).toBe(2);
});

test("walls of the crucible under KVM", (ctx) => {
  if (!has("python3")) return ctx.skip("needs python3 (apt install python3)");
  const plan = planOf(examplePlan());
  if (isRefusal(plan)) throw new Error(plan.why);
  const [tree] = xmlTrees([renderDefinitions(plan).files.get("kvm/axiom-crucible.xml")!]);
  const devices = child(tree, "devices")!.children.map(({ name }) => name);
  expect(devices).not.toContain("interface");
  expect(devices.sort()).toEqual(["channel", "controller", "controller", "disk", "memballoon", "rng"]);
  expect(child(tree, "devices", "disk", "readonly")).toBeDefined();
  expect(child(tree, "memoryBacking", "locked")).toBeDefined();
  expect(child(tree, "cputune", "vcpupin")?.attributes).toEqual({ vcpu: "0", cpuset: "1" });
  expect(child(tree, "seclabel")?.attributes).toEqual({ type: "dynamic", model: "apparmor", relabel: "yes" });
  expect(child(tree, "devices", "channel", "target")?.attributes).toEqual({
    type: "virtio",
    name: "org.axiom-hive.crucible",
  });
});
