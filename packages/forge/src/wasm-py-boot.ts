/** What the interpreter runs before it knows its program. Kept small: all of it is in every traceback's way. */

/** Exit code by which the boot program reports an uncaught MemoryError; above every code that a program gets from sys.exit. */
export const OOM_EXIT = 0x4f4f4d;

/** Modules that most programs want; loaded while the worker waits in the pool. Without `random`: its state is chance. */
const WARM_MODULES = "traceback, json, re, math, datetime, collections, itertools, functools, dataclasses";

export const BOOT_PROGRAM = `
def boot():
    import sys, os, builtins
    sys.path.pop(0)
    import ${WARM_MODULES}
    import io, time
    import __main__
    names = __main__.__dict__
    for name in [n for n in names if not n.startswith("__")]:
        del names[name]
    os.chdir("/work")
    size = int.from_bytes(os.read(0, 8), "little")
    code = b""
    while len(code) < size:
        code += os.read(0, size - len(code))
    sys.stdout.reconfigure(line_buffering=True)
    sys.path.insert(0, "/work")
    sys.argv = ["/work/main.py"]
    names["__file__"] = "/work/main.py"
    exit, format_exception, lines = os._exit, traceback.format_exception, __import__("linecache").cache
    MemoryFault, Stop, Any = MemoryError, SystemExit, BaseException
    def run():
        text = code.decode("utf-8")
        lines["/work/main.py"] = (len(text), None, text.splitlines(True), "/work/main.py")
        exec(compile(text, "/work/main.py", "exec", dont_inherit=True), names)
    try:
        run()
    except Stop:
        raise
    except Any as fault:
        tb = fault.__traceback__
        for _ in range(2):
            tb = tb and tb.tb_next
        full = isinstance(fault, MemoryFault)
        try:
            sys.stdout.flush()
            sys.stderr.write("".join(format_exception(type(fault), fault, tb)))
            sys.stderr.flush()
        except Any:
            pass
        exit(${OOM_EXIT} if full else 1)
boot()
`;
