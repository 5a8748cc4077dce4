package main

// command is one word of the tool. run is a struct with kong's tags for its flags
// and a method Run(*tool) error.
type command struct {
	name, help string
	run        any
}

// commands is the one list; each command lives in a file of its own name.
func commands() []command {
	return []command{
		{"up", "Start everything on this machine: databases, stand-ins, gateway, platform.", &upCmd{}},
		{"migrate", "Bring the database to this version.", &migrateCmd{}},
		{"seed", "Put a synthetic city into an empty database.", &seedCmd{}},
		{"import", "Bring in the city's own data.", &importCmd{}},
		{"rescan", "Judge everybody in the registry by the rules of today.", &rescanCmd{}},
		{"index", "Find out what other weights of the hardship index would change.", &indexCmd{}},
		{"budget", "Enter the budget of a year from a table, and list what is left of it.", &budgetCmd{}},
		{"quota", "List the rounds of scarce places, and check their frozen lists.", &quotaCmd{}},
		{"draw", "List the draws of random re-checks, and draw one again to check it.", &drawCmd{}},
		{"trace", "Walk from a payment back to the words it began with.", &traceCmd{}},
		{"keys", "Make the key files of an installation, or rotate one.", &keysCmd{}},
		{"staff", "Make, list, close and open accounts of staff.", &staffCmd{}},
		{"doctor", "Check the set-up and say what to mend.", &doctorCmd{}},
		{"config", "Print every setting, secrets masked.", &configCmd{}},
		{"clock", "Show or move the clock of a demo.", &clockCmd{}},
		{"match", "Judge households from a file of JSON lines, by every item.", &matchCmd{}},
		{"extract", "Read transcripts from a file of JSON lines into slots.", &extractCmd{}},
		{"audit", "Verify the audit log, or prove one entry.", &auditCmd{}},
		{"verify", "Check every promise against the rows, independently.", &verifyCmd{}},
		{"policy", "Check the rules of assistance, and publish them by two people's word.", &policyCmd{}},
		{"bench", "Measure the bars, with their yardsticks.", &benchCmd{}},
		{"demo", "Play the stories end to end in a fresh city.", &demoCmd{}},
		{"standin", "Run the stand-ins for outside services.", &standinCmd{}},
	}
}
