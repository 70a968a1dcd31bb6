for name in ("ctypes", "_ctypes", "cffi", "mmap", "js", "pyodide", "pyodide_js", "_posixsubprocess", "resource", "fcntl", "pty", "termios"):
    try:
        module = __import__(name)
        if name in ("ctypes", "_ctypes", "js", "pyodide_js", "cffi"):
            print("ESCAPED", name, module)
    except BaseException:
        pass
print("held")
