"""What lies where in a trial's folder, which is also its working folder."""

JOB = "job.json"
JOURNAL = "journal.jsonl"
LOG = "trial.log"
#: Where `full` leaves its checkpoint: the port's own name.
CHECKPOINT = "output/mode.ckpt"
