import os
def attempt(name, step):
    try:
        step()
        print("ESCAPED", name)
    except BaseException:
        pass
attempt("subprocess", lambda: __import__("subprocess").run(["true"], check=True))
attempt("system", lambda: os.system("true"))
attempt("fork", lambda: os.fork())
attempt("execv", lambda: os.execv("/bin/true", ["true"]))
attempt("posix_spawn", lambda: os.posix_spawn("/bin/true", ["true"], {}))
attempt("kill", lambda: os.kill(@@CANARY_PID@@, 9))
attempt("popen", lambda: os.popen("true").read())
attempt("multiprocessing", lambda: __import__("multiprocessing").Process(target=print).start())
attempt("thread", lambda: __import__("_thread").start_new_thread(print, ()))
print("held")
