/** What the interpreter runs before it knows its program. Kept small: all of it is in every traceback's way. */

import { SELF_TEST } from "./guest-protocol.ts";

/** Exit code by which the boot program reports an uncaught MemoryError; above every code that a program gets from sys.exit. */
export const OOM_EXIT = 0x4f4f4d;

/** Modules that most programs want; loaded while the worker waits in the pool. Without `random`: its state is chance. */
const WARM_MODULES = "json, re, math, datetime, collections, itertools, functools";

/**
 * The end is made by hand: exit functions, the program's own objects (so that files it left open are written), streams,
 * then `_exit`. Taking the whole interpreter down as well would cost some 15 ms and tell nobody anything.
 */
export const BOOT_PROGRAM = `
def boot():
    import sys, os, builtins, atexit
    sys.path.pop(0)
    import ${WARM_MODULES}
    import __main__
    names = __main__.__dict__
    for name in [n for n in names if not n.startswith("__")]:
        del names[name]
    os.chdir("/work")
    exec(compile("${SELF_TEST}", "self-test", "exec"), {})
    sys.stdout.flush()
    size = int.from_bytes(os.read(0, 8), "little")
    code = b""
    while len(code) < size:
        code += os.read(0, size - len(code))
    sys.stdout.reconfigure(line_buffering=True)
    sys.path.insert(0, "/work")
    sys.argv = ["/work/main.py"]
    names["__file__"] = "/work/main.py"
    quit, load, modules = os._exit, builtins.__import__, sys.modules
    MemoryFault, Stop, Any, Whole, text_of, kind_of = MemoryError, SystemExit, BaseException, int, str, isinstance
    def run():
        exec(compile(code.decode("utf-8"), "/work/main.py", "exec", dont_inherit=True), names)
    def tell(fault, tb):
        load("linecache").cache["/work/main.py"] = (len(code), None, code.decode("utf-8", "replace").splitlines(True), "/work/main.py")
        sys.stderr.write("".join(load("traceback").format_exception(type(fault), fault, tb)))
    def leave(status):
        try:
            atexit._run_exitfuncs()
            for module in list(modules.values()):
                if (getattr(module, "__file__", None) or "").startswith("/work/"):
                    module.__dict__.clear()
            names.clear()
            sys.stdout.flush()
            sys.stderr.flush()
        except Any:
            pass
        quit(status)
    try:
        run()
    except Stop as stop:
        status = stop.code
        if status is None:
            status = 0
        elif not kind_of(status, Whole):
            sys.stderr.write(text_of(status) + "\\n")
            status = 1
        leave(status & 255)
    except Any as fault:
        status = ${OOM_EXIT} if kind_of(fault, MemoryFault) else 1
        tb = fault.__traceback__
        for _ in range(2):
            tb = tb and tb.tb_next
        try:
            sys.stdout.flush()
            tell(fault, tb)
        except Any:
            pass
        del fault, tb
        leave(status)
    leave(0)
boot()
`;
