import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configFault, connectGuest, Firecracker, listenForGuest, requestFault } from "../src/index.ts";
import { FakeFirecracker } from "./firecracker-fake.ts";

const VECTORS = new URL("./vectors/firecracker/", import.meta.url);
const PORT = 52;

describe("the API's definition", () => {
  const files = readdirSync(VECTORS).filter((name) => name.endsWith(".json"));
  it.each(files)("%s", (name) => {
    const config = JSON.parse(readFileSync(new URL(name, VECTORS), "utf8")) as Record<string, unknown>;
    if (name.includes("missing")) expect(configFault(config)).toMatch(/vcpu_count|mem_size_mib/);
    else expect(configFault(config)).toBeNull();
  });

  it.each([
    ["PUT", "/machine-config", { vcpu_count: 33, mem_size_mib: 128 }],
    ["PUT", "/machine-config", { vcpu_count: 1, mem_size_mib: 128, speed: 9 }],
    ["PUT", "/drives/../vm", { drive_id: "x", is_root_device: true }],
    ["PATCH", "/vm", { state: "Stopped" }],
    ["PUT", "/vsock", { guest_cid: 2, uds_path: "/v" }],
    ["PUT", "/nothing", {}],
  ])("refuses %s %s %j", (method, path, body) => {
    expect(requestFault(method, path, body)).not.toBeNull();
  });
});

describe("the driver, against a VMM made from the definition", () => {
  let folder: string;
  let vmm: FakeFirecracker;
  let driver: Firecracker;
  const at = (name: string): string => join(folder, name);
  const machine = () => ({ kernel: "/k", boot_args: "quiet", root: "/r", memory_mib: 96, vsock_path: at("v") });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "forge-fc-"));
    vmm = new FakeFirecracker(PORT);
    await vmm.listen(at("api"));
    driver = new Firecracker(at("api"));
  });
  afterEach(async () => {
    await vmm.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("boots, pauses, takes a snapshot, goes on", async () => {
    expect(await driver.boot(machine())).toBeNull();
    expect(await driver.snapshot("/s", "/m")).toMatchObject({ why: expect.stringContaining("must be paused") });
    expect(await driver.pause()).toBeNull();
    expect(await driver.snapshot("/s", "/m")).toBeNull();
    expect(await driver.resume()).toBeNull();
    expect(vmm.seen.at(-1)).toBe("PATCH /vm");
  });

  it("restores into a fresh VMM only", async () => {
    expect(await driver.restore("/s", "/m", at("w"))).toBeNull();
    expect(await driver.restore("/s", "/m", at("w"))).toMatchObject({ refused: "rung-unavailable" });
  });

  it("what is out of turn is refused with the VMM's words", async () => {
    expect(await driver.pause()).toMatchObject({ why: expect.stringContaining("before starting") });
    expect(await driver.send("PUT", "/actions", { action_type: "InstanceStart" })).toMatchObject({
      why: expect.stringContaining("without kernel"),
    });
    await driver.boot(machine());
    expect(await driver.boot(machine())).toMatchObject({ why: expect.stringContaining("after starting") });
    await expect(driver.send("PUT", "/vsock", { guest_cid: 3 })).rejects.toThrow(/uds_path/);
  });

  it("talks to a port of the guest, and hears the guest", async () => {
    await driver.boot(machine());
    const socket = await connectGuest(at("v"), PORT);
    socket.write("hello");
    expect(String((await once(socket, "data"))[0])).toBe("hello");
    socket.destroy();
    await expect(connectGuest(at("v"), 53)).rejects.toThrow(/does not listen/);
    const heard = Promise.withResolvers<string>();
    const server = await listenForGuest(at("v"), 7, (one) => one.on("data", (bytes) => heard.resolve(String(bytes))));
    const guest = vmm.guestConnect(7);
    guest.write("from inside");
    expect(await heard.promise).toBe("from inside");
    guest.destroy();
    server.close();
  });

  it("says when no VMM is there", async () => {
    expect(await new Firecracker(at("none")).pause()).toMatchObject({ why: expect.stringContaining("ENOENT") });
  });
});
