"""What goes wrong on the host, whatever the device: the script, its files and memory, and how a process ended."""

from backends.logs.symptom import CONSEQUENCE, END, FAILED, HARMLESS, REFUSED, SPLIT, Symptom
from backends.logs.tables import shells

SYMPTOMS = (
    Symptom(
        "can't open file 'C:/...': [Errno 2] No such file or directory",
        (r"can't open file '(?P<path>[A-Za-z]:[\\/][^'\n]{0,300})'",),
        "nothing ran, as {path} is a Windows path and this is another system",
        "write the path of the script as it is on this host",
        REFUSED,
    ),
    Symptom(
        "can't open file '...': [Errno 2] No such file or directory",
        (r"can't open file '(?P<path>[^'\n]{1,300})': \[Errno 2\]",),
        "nothing ran, as there is no script {path}",
        "start it from the folder that holds it, or write its full path in quotes",
        REFUSED,
        CONSEQUENCE,
    ),
    Symptom(
        "Error while reading resource variable ... from Container: localhost",
        (
            r"Error while reading resource variable (?P<variable>\S{1,200}) from Container",
            r"Error while reading resource variable",
        ),
        "{variable} is read where it was not initialised (on an NPU, a tf.Variable in the host's input pipeline is "
        "initialised on the device)",
        "make it a constant (batch_size = 64), or run its initialiser in the session that reads it",
        SPLIT,
    ),
    Symptom(
        "Table not initialized",
        (r"Table not initialized",),
        "a lookup table is used where it was not initialised (on an NPU, the host's input pipeline uses it and the "
        "device initialised it)",
        "set mix_compile_mode so that both stay on the host, or run tf.tables_initializer() in that session",
        SPLIT,
    ),
    Symptom(
        "No space left on device",
        (r"No space left on device", r"Disk quota exceeded"),
        "a disk is full",
        "free space where the log, the records, kernel_meta and /tmp lie",
        FAILED,
    ),
    Symptom(
        "MemoryError; std::bad_alloc; OOM when allocating tensor ... allocator cpu",
        (
            r"^MemoryError\b",
            r"std::bad_alloc",
            r"OOM when allocating tensor[^\n]{0,300}(?:device:CPU|allocator (?:cpu|mklcpu))",
        ),
        "the memory of the host was not enough",
        "make the batch or the shuffle buffer smaller, or give the container more memory",
        FAILED,
    ),
    Symptom(
        "ModuleNotFoundError: No module named '...'",
        (r"(?:ModuleNotFoundError|ImportError): No module named '?(?P<module>[A-Za-z0-9_.]{1,80})",),
        "this Python has no module {module}",
        "install it for the interpreter that runs the trial, or choose another one",
        FAILED,
        CONSEQUENCE,
    ),
    Symptom(
        "OutOfRangeError: End of sequence",
        (
            r"^(?:tensorflow\.[A-Za-z_.]{1,100}\.)?OutOfRangeError: [^\n]{0,200}End of sequence",
            r"^(?:tensorflow\.[A-Za-z_.]{1,100}\.)?OutOfRangeError: [0-9]{1,2} root error\(s\) found\.\s{1,8}"
            r"\(0\)[^\n]{0,200}End of sequence",
        ),
        "the script asked its dataset for more than there is, and did not catch the end",
        "repeat the dataset, ask for as many steps as it has batches, or catch tf.errors.OutOfRangeError",
        FAILED,
        CONSEQUENCE,
    ),
    Symptom(
        "Killed",
        (
            r"^(?:[^\n]{0,200}: line [0-9]+: +[0-9]+ )?Killed\b",
            r"[\]|%)][ \t]?Killed[ \t]*$",  # behind a progress bar that has not ended its line
            r"\[[0-9]{1,4}\][ \t+-]{1,8}(?:[0-9]{1,9}[ \t]+)?[Kk]illed\b",  # of a job in the background
            r": task [0-9,-]{1,40}: Killed\b",
            r"zsh: killed\b",
            r"(?:已|被)杀死",  # a shell in Chinese
            r"[Oo]ut of memory: Kill",
            r"Killed process [0-9]",
            r"oom[-_]kill",
            r"OOMKilled",
        )
        + shells.KILLED,
        "the kernel or a scheduler killed the process, mostly for memory of the host",
        "read `dmesg`, and give it more memory or a smaller shuffle buffer",
        FAILED,
        END,
        code="killed",
    ),
    Symptom(
        "Segmentation fault (core dumped)",
        (
            r"[Ss]egmentation fault",
            r"SIGSEGV\b",
            r"段错误",
            r"(?:Bus error|Illegal instruction|Floating point exception)(?: +\(core dumped\)|[ \t]*$)",
            r"总线错误|非法指令|浮点(?:数例外|异常)",
        )
        + shells.CRASHED,
        "the process crashed in native code",
        "read the last lines before it; most often libraries of two versions were mixed",
        FAILED,
        END,
        code="segmentation fault",
    ),
    Symptom(
        "Fatal Python error: Aborted; Aborted (core dumped)",
        (
            r"Fatal Python error: (?!Segmentation|Bus|Illegal|Floating)",
            r"Aborted +\(core dumped\)",
            r"Trace/breakpoint trap",
            r"^(?:[^\n]{0,200}: line [0-9]+: +[0-9]+ )?Aborted(?:[ \t]*$|[ \t]{3})",
            r"[\]|%)][ \t]?Aborted[ \t]*$",
            r"zsh: abort\b",
            r"SIGABRT\b",
            r"(?:已放弃|已中止)[ \t]*[(（]",
            r"terminate called (?:after throwing|without an active exception|recursively)",
            r"double free or corruption|stack smashing detected",
            r"(?:free|malloc|realloc)\(\): (?:invalid|corrupted|mem)",
        )
        + shells.ABORTED,
        "native code ended the process (SIGABRT, exit code 134), of which Python could not say more",
        "read the last line of level F, or the last error before it",
        FAILED,
        END,
        code="abort",
    ),
    Symptom(
        "Terminated; timeout: sending signal TERM to command 'python3'; "
        "slurmstepd: error: *** JOB ... CANCELLED AT ... DUE TO TIME LIMIT ***",
        (
            r"^(?:[^\n]{0,200}: line [0-9]+: +[0-9]+ )?Terminated\b(?!:)",
            r"^(?:[^\n]{0,200} [0-9]+[ \t]+)?已终止(?:$|[ \t])",
            r"slurmstepd: error: \*\*\* (?:JOB|STEP) [^\n]{0,200}CANCELLED",
            # `timeout -v`: in any language its words hold the name of the signal
            r"(?<![\w.-])timeout: [^\n]{0,300}(?<![A-Za-z])(?:SIG)?(?:TERM|KILL|INT|HUP|QUIT|ABRT|ALRM|USR[12]|XCPU)"
            r"(?![A-Za-z])",
            r"(?<![\w.-])timeout: the monitored command dumped core",
        )
        + shells.TERMINATED,
        "a person or a scheduler ended the process before its time",
        "look who ended it, and give the job more time",
        FAILED,
        END,
        code="terminated",
    ),
    Symptom(
        "F .../file.cc:1] ...",
        (r"\bF(?: |[0-9]{4} [0-9:. ]{8,60} )[A-Za-z0-9_./+-]{1,300}\.[A-Za-z]{1,4}:[0-9]{1,7}\] ",),
        "a line of level F stands in the log, with which the framework or the adapter ends its process (SIGABRT)",
        "read that line",
        FAILED,
        END,
    ),
    Symptom(
        "container exited with code 137; ret code: 137; Command exited with non-zero status 1",
        (
            r"[Ee]xit(?:ed)?(?: with)?(?: non-zero)?(?: exit| return)?[ _]?(?:[Cc]ode|status)(?: is| was)?"
            r"[ \t]{0,8}[:=]?[ \t]{0,8}-?[1-9][0-9]{0,2}(?![0-9.])",
            r"\b[Rr]et(?:urn)?[ _]?code(?: is| was)?[ \t]{0,8}[:=]?[ \t]{0,8}-?[1-9][0-9]{0,2}(?![0-9.])",
            r"returned non-zero exit status [1-9]",
            r"died with <Signals\.",
            r"(?:terminated by|killed by|exited on) signal [1-9]",
        ),
        "a command ended with an error; 137 is a kill, mostly for memory, 134 an abort and 139 a crash",
        "read the lines before it",
        FAILED,
        END,
    ),
    Symptom(
        "make: *** [...] Error 1; srun: error: ...: Exited with exit code 1",
        (
            r"^g?make(?:\[[0-9]+\])?: \*\*\* [^\n]{0,200}(?:Error|错误) [1-9][0-9]{0,2}(?![0-9]| \(ignored\))",
            r"^srun: error: [^\n]{0,200}: Exited with exit code",
        ),
        "the command that was to run ended with an error",
        "read the lines before it",
        FAILED,
        END,
    ),
    Symptom(
        "Run testcase failed!",
        (r"(?<![\"'\w])Run testcase failed",),
        "the script's own test of the run found that it failed, or is not as accurate or as fast as it must be",
        "read what it says of function, loss and performance in the lines before it",
        FAILED,
        END,
    ),
    *shells.SYMPTOMS,
    Symptom(
        "Failed to find bogomips in /proc/cpuinfo",
        (r"Failed to find bogomips in /proc/cpuinfo",),
        "TensorFlow does not know the frequency of this processor, as on every ARM host, which is harmless",
        "nothing to do",
        HARMLESS,
    ),
)
