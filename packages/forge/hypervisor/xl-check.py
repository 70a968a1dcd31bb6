"""Reads a file of xl's with Xen's own parser, libxlutil, which needs no hypervisor.

Usage: xl-check.py FILE KEY... ; prints one JSON object: `values` of the keys that the file has (integer, text or list of texts),
`disks` and `devices` as Xen understands them, `faults` in Xen's words. Exit status 0, or 3 where there is no libxlutil.
"""
import ctypes
import ctypes.util
import json
import os
import sys
import tempfile

ROOM = 4096  # More than any struct of libxl's that is filled here.


def load():
    name = ctypes.util.find_library("xlutil")
    if name is None:
        print(json.dumps({"missing": "libxlutil"}))
        sys.exit(3)
    xl = ctypes.CDLL(name)
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    xl.xlu_cfg_init.restype = pointer
    xl.xlu_cfg_init.argtypes = [pointer, text]
    xl.xlu_cfg_readdata.argtypes = [pointer, text, ctypes.c_int]
    xl.xlu_cfg_get_long.argtypes = [pointer, text, ctypes.POINTER(ctypes.c_long), ctypes.c_int]
    xl.xlu_cfg_get_string.argtypes = [pointer, text, ctypes.POINTER(text), ctypes.c_int]
    xl.xlu_cfg_get_list.argtypes = [pointer, text, ctypes.POINTER(pointer), ctypes.POINTER(ctypes.c_int), ctypes.c_int]
    xl.xlu_cfg_get_listitem.restype = text
    xl.xlu_cfg_get_listitem.argtypes = [pointer, ctypes.c_int]
    xl.xlu_disk_parse.argtypes = [pointer, ctypes.c_int, ctypes.POINTER(text), pointer]
    xl.xlu_pci_parse_bdf.argtypes = [pointer, pointer, text]
    return name, xl


def value_of(xl, config, key):
    """The value of a key, None where the file has it not."""
    number, word, items, count = ctypes.c_long(), ctypes.c_char_p(), ctypes.c_void_p(), ctypes.c_int()
    if xl.xlu_cfg_get_list(config, key, ctypes.byref(items), ctypes.byref(count), 1) == 0:
        return [xl.xlu_cfg_get_listitem(items, at).decode() for at in range(count.value)]
    if xl.xlu_cfg_get_string(config, key, ctypes.byref(word), 1) != 0:
        return None
    # Xen keeps numbers as texts; whether one is meant as a number is the asker's to say.
    if xl.xlu_cfg_get_long(config, key, ctypes.byref(number), 1) == 0 and str(number.value) == word.value.decode():
        return number.value
    return word.value.decode()


def disk_of(xl, config, spec):
    """Path, device and whether it can be written; None when Xen refuses the line."""
    room = ctypes.create_string_buffer(ROOM)
    specs = (ctypes.c_char_p * 1)(spec.encode())
    if xl.xlu_disk_parse(config, 1, specs, room) != 0:
        return None
    # libxl_device_disk of Xen 4.17: domid, three strings, two enums, a string, two ints.
    fields = [ctypes.c_char_p.from_buffer(room, at).value for at in (8, 16, 24)]
    backend, target, device = [None if one is None else one.decode() for one in fields]
    return {"backend": backend, "target": target, "device": device, "writable": ctypes.c_int.from_buffer(room, 52).value != 0}


def main():
    name, xl = load()
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    libc = ctypes.CDLL(None)
    libc.fdopen.restype = ctypes.c_void_p
    with tempfile.TemporaryFile() as words:
        report = libc.fdopen(os.dup(words.fileno()), b"w")
        config = xl.xlu_cfg_init(report, b"xl")
        answer = {"library": name, "values": {}, "disks": [], "devices": []}
        if xl.xlu_cfg_readdata(config, data, len(data)) == 0:
            for key in sys.argv[2:]:
                value = value_of(xl, config, key.encode())
                if value is not None:
                    answer["values"][key] = value
            answer["disks"] = [disk_of(xl, config, one) for one in value_of(xl, config, b"disk") or []]
            room = ctypes.create_string_buffer(ROOM)
            for one in value_of(xl, config, b"pci") or []:
                answer["devices"].append(xl.xlu_pci_parse_bdf(config, room, one.encode()) == 0)
        libc.fflush(ctypes.c_void_p(report))
        words.seek(0)
        answer["faults"] = [line for line in words.read().decode(errors="replace").split("\n") if line != ""]
    print(json.dumps(answer))


main()
