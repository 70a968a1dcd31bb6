class Trap(Exception):
    def __str__(self):
        raise Trap()
    __repr__ = __str__
class Out:
    def write(self, text):
        raise Trap()
    flush = write
import sys, traceback
sys.stderr = Out()
traceback.format_exception = None
raise Trap()
