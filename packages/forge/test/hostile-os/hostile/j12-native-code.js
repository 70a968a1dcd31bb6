// Native code into its own process.
try { process.dlopen({ exports: {} }, "/lib/x86_64-linux-gnu/libc.so.6"); } catch {}
try { process.binding("spawn_sync"); } catch {}
try { require("node:inspector").open(0, "0.0.0.0"); } catch {}
try { process.setuid(0); console.log("ESCAPED"); } catch {}
process.exit(0);
