"""What a trial takes of the host and its device, sampled outside the trial's process, by the parent alone."""
