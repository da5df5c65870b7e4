"""What lies where in a trial's folder, which is also its working folder."""

#: What the trial is told.
JOB = "job.json"
#: What the parent knows before the trial starts: the record without what the trial will say.
DRAFT = "draft.json"
#: Locked for as long as the harness that runs the trial lives.
LOCK = "lock"
JOURNAL = "journal.jsonl"
STEPS = "steps.bin"
LOG = "trial.log"
#: Where `full` leaves its checkpoint: the port's own name.
CHECKPOINT = "output/mode.ckpt"
#: Where `harbench export` finds the frozen graph.
FROZEN = "frozen.pb"
#: Where a device's profiler leaves its traces.
PROFILE = "profile"

#: What goes once the record holds it; the draft first, since it says that there is no record yet.
TRANSIENT = (DRAFT, JOB, JOURNAL, STEPS, LOCK)
