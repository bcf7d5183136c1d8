/** Something the person at the command line must put right; one line. Ends the command with exit code 2. */
export class Complaint extends Error {}
