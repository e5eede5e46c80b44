"""Names of the files by which driver and worker speak to each other."""

INPUTS = "inputs.json"
RESULT = "result.json"
PROGRESS = "progress.json"
