"""Starts a program in an AppContainer and a job, and waits for its end. Arguments: name, MiB of memory, milliseconds, program, its own…"""
import ctypes
import subprocess
import sys
from ctypes import wintypes

kernel = ctypes.WinDLL("kernel32", use_last_error=True)
profiles = ctypes.WinDLL("userenv")
kernel.GetStdHandle.restype = kernel.CreateJobObjectW.restype = wintypes.HANDLE

EXTENDED_STARTUPINFO, CREATE_SUSPENDED, CREATE_NO_WINDOW, CREATE_UNICODE_ENVIRONMENT = 0x80000, 4, 0x08000000, 0x400
STARTF_USESTDHANDLES, HANDLE_FLAG_INHERIT, INFINITE = 0x100, 1, 0xFFFFFFFF
HANDLE_LIST, SECURITY_CAPABILITIES, CHILD_PROCESS_POLICY = 0x20002, 0x20009, 0x2000E
# Processor time, processes, memory of the process, no dialog when it crashes, and its end with that of the job.
LIMITS = 0x2 | 0x8 | 0x100 | 0x400 | 0x2000
EXTENDED_LIMITS, UI_RESTRICTIONS, ALL_UI = 9, 4, 0xFF
ALREADY_EXISTS = -2147024713


class Capabilities(ctypes.Structure):
    _fields_ = [("sid", ctypes.c_void_p), ("list", ctypes.c_void_p), ("count", wintypes.DWORD), ("reserved", wintypes.DWORD)]


class StartupInfo(ctypes.Structure):
    _fields_ = (
        [("size", wintypes.DWORD)]
        + [(name, wintypes.LPWSTR) for name in ("reserved", "desktop", "title")]
        + [(name, wintypes.DWORD) for name in ("x", "y", "width", "height", "columns", "rows", "fill", "flags")]
        + [("show", wintypes.WORD), ("more", wintypes.WORD), ("data", ctypes.c_void_p)]
        + [(name, wintypes.HANDLE) for name in ("input", "output", "error")]
        + [("attributes", ctypes.c_void_p)]
    )


class ProcessInfo(ctypes.Structure):
    _fields_ = [(name, wintypes.HANDLE) for name in ("process", "thread")] + [("pid", wintypes.DWORD), ("tid", wintypes.DWORD)]


class JobLimits(ctypes.Structure):
    _fields_ = (
        [(name, ctypes.c_int64) for name in ("process_time", "job_time")]
        + [("flags", wintypes.DWORD), ("least", ctypes.c_size_t), ("most", ctypes.c_size_t), ("processes", wintypes.DWORD)]
        + [("affinity", ctypes.c_size_t), ("priority", wintypes.DWORD), ("scheduling", wintypes.DWORD)]
        + [("io", ctypes.c_uint64 * 6)]
        + [(name, ctypes.c_size_t) for name in ("memory", "job_memory", "peak", "job_peak")]
    )


def checked(given, what):
    if not given:
        raise OSError(what + " failed with error " + str(ctypes.get_last_error()))
    return given


def container(name):
    """The identity of the AppContainer: made at the first use, without a single capability."""
    sid = ctypes.c_void_p()
    given = profiles.CreateAppContainerProfile(name, name, name, None, 0, ctypes.byref(sid))
    if given == ALREADY_EXISTS:
        given = profiles.DeriveAppContainerSidFromAppContainerName(name, ctypes.byref(sid))
    if given != 0:
        raise OSError("making an AppContainer failed with error " + hex(given & 0xFFFFFFFF))
    return sid


def attributes(values):
    size = ctypes.c_size_t()
    kernel.InitializeProcThreadAttributeList(None, len(values), 0, ctypes.byref(size))
    held = ctypes.create_string_buffer(size.value)
    checked(kernel.InitializeProcThreadAttributeList(held, len(values), 0, ctypes.byref(size)), "making a list of attributes")
    for attribute, value in values:
        kind, length = ctypes.c_size_t(attribute), ctypes.c_size_t(ctypes.sizeof(value))
        given = kernel.UpdateProcThreadAttribute(held, 0, kind, ctypes.byref(value), length, None, None)
        checked(given, "setting an attribute")
    return held


def job(memory, milliseconds):
    made = wintypes.HANDLE(checked(kernel.CreateJobObjectW(None, None), "making a job"))
    limits = JobLimits(process_time=milliseconds * 10_000, flags=LIMITS, processes=1, memory=memory << 20)
    if memory == 0:
        limits.flags &= ~0x100
    given = kernel.SetInformationJobObject(made, EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
    checked(given, "limiting the job")
    given = kernel.SetInformationJobObject(made, UI_RESTRICTIONS, ctypes.byref(wintypes.DWORD(ALL_UI)), 4)
    checked(given, "restricting the job")
    return made


def start(name, memory, milliseconds, command):
    streams = (wintypes.HANDLE * 3)(*[kernel.GetStdHandle(number & 0xFFFFFFFF) for number in (-10, -11, -12)])
    for stream in streams:
        checked(kernel.SetHandleInformation(wintypes.HANDLE(stream), HANDLE_FLAG_INHERIT, 1), "passing on a handle")
    capabilities = Capabilities(sid=container(name))
    no_children = wintypes.DWORD(1)
    held = attributes([(HANDLE_LIST, streams), (SECURITY_CAPABILITIES, capabilities), (CHILD_PROCESS_POLICY, no_children)])
    startup = StartupInfo(size=ctypes.sizeof(StartupInfo), flags=STARTF_USESTDHANDLES, attributes=ctypes.addressof(held))
    startup.input, startup.output, startup.error = streams
    line = ctypes.create_unicode_buffer(subprocess.list2cmdline(command))
    flags = EXTENDED_STARTUPINFO | CREATE_SUSPENDED | CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT
    process, limits = ProcessInfo(), job(memory, milliseconds)
    given = kernel.CreateProcessW(command[0], line, None, None, True, flags, None, None, ctypes.byref(startup), ctypes.byref(process))
    checked(given, "starting Python in an AppContainer")
    # Before its first instruction. The job ends it with this process.
    if not kernel.AssignProcessToJobObject(limits, wintypes.HANDLE(process.process)):
        kernel.TerminateProcess(wintypes.HANDLE(process.process), 1)
        raise OSError("putting Python into the job failed with error " + str(ctypes.get_last_error()))
    kernel.ResumeThread(wintypes.HANDLE(process.thread))
    kernel.WaitForSingleObject(wintypes.HANDLE(process.process), INFINITE)
    status = wintypes.DWORD()
    kernel.GetExitCodeProcess(wintypes.HANDLE(process.process), ctypes.byref(status))
    return status.value


if __name__ == "__main__":
    sys.exit(start(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]))
