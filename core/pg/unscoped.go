package pg

// Unscoped lists every table without a region column under row-level security,
// and why none is needed. A test compares it with the catalogue of a migrated
// database: a new table is either scoped by lianou_scope_table or has a line here.
func Unscoped() map[string]string {
	return map[string]string{
		// pg
		"lianou_clock":     "one row, no person",
		"lianou_migration": "history of migrations, no person",
		// audit
		"audit_pending":    "ids of entries only",
		"audit_leaf":       "hashes only",
		"audit_tile":       "hashes only",
		"audit_head":       "one row of hashes",
		"audit_checkpoint": "signed hashes only",
		"people_shown":     "ids of staff and of whom they were shown within a day: counted over all their townships",
		// registry
		"region":        "places, no person",
		"token_renewal": "how far the search tokens are, no person",
		"tail_renewal":  "how far the tokens of last four and name are, no person",
		"pair_scan":     "counts of the last scan, no person",
		"pair_pass":     "how far a scan is, and its counts, no person",
		"pair_idle":     "the newest ids when a scan had nobody to compare, no person",
		// bulk: lianou_import alone reads them
		"bulk_run":     "digests and counts of files, no person",
		"bulk_tally":   "counts of files, no person",
		"bulk_row":     "sealed rows of the one file that is being brought in",
		"bulk_refusal": "row numbers and reasons, nothing of the row",
		"bulk_home":    "keyed hashes of household numbers and ids",
		// insight
		"ranking_count": "counts of households by index, no person",
		"ranking_step":  "counts of households by steps of the city's order, no person",
		"index_sensing": "counts of a comparison of weights by groups and places, no household",
		// watch
		"index_asked": "weights that a desk wants compared, and how far that is, no person",
		"scan":        "when everybody was looked at, and how far it is, no person",
		"scan_town":   "counts of a look by township, no person",
		// simulate
		"simulation":      "what a change of the rules would do to everybody, no person",
		"simulation_town": "counts and sums by township, no person",
		// staff: whoever logs in is not known yet, so no scope can be set
		"staff_account":    "accounts of staff, who are looked up by log-in and listed by their own column of regions",
		"staff_relative":   "ids only; the check for kin looks across townships",
		"staff_absence":    "ids and days",
		"staff_kin":        "sealed names and numbers of kin that staff declared; the check for kin looks across townships",
		"staff_kin_answer": "ids and days",
		"staff_guess":      "counts of log-ins",
		"staff_device":     "hashes of tokens",
		"staff_session":    "hashes of tokens and an account id",

		"staff_factor":       "sealed secrets of second factors, by account",
		"staff_factor_paper": "keyed hashes of codes on paper",
		"staff_shown":        "names of sessions and ids: when a second factor was shown",
		"staff_demand":       "one row, no person",
		// rulebook
		"rulebook_source":  "rules of assistance, no person",
		"rulebook_book":    "digests of rules, no person",
		"rulebook_edition": "published rules and ids of staff, no citizen",
		"rulebook_draft":   "rules that are being written, no citizen",
		"rulebook_change":  "steps of a draft, no citizen",
		"rulebook_look":    "who looked at what a draft does, counts, and numbers of the households shown: only the one who looked reads them, and no fact of them",
		// quota
		"quota_round": "batches of places: counts, digests and ids of staff, and sealed why one is to be withdrawn",
		// export
		"export_file": "counts, sums, digests and ids of staff; the file itself is sealed, and handed to its maker alone",
		// recheck
		"recheck_share": "how much a county looks at again, no person",
		"recheck_round": "rounds of a county: days, counts, hashes and a sealed seed, and ids of staff",
		// sampled
		"sampled_share": "how much a county asks about, no person",
		"sampled_round": "rounds of a county and day: counts, hashes and a sealed seed",
		// notify: of a contact, who has no township
		"contact_way":  "keyed hashes of accounts and numbers, names of ways and times",
		"contact_wish": "keyed hashes, names of ways and ids of staff",
		// intake
		"receipt":          "numbers that name applications: looked up by number before any township is known, no person",
		"application_blob": "digests of sealed files and ids: the sweeper asks for every township",
		"receipt_block":    "leases of numbers, no person",
		"receipt_key":      "one row, no person",
		// calls
		"call":            "a call has no township until somebody has listened to it; the number is sealed, only agents' rooms read it",
		"call_delivery":   "ids of webhook messages, no person",
		"caller_known":    "keyed hashes and ids of persons: asked by the number of a call, which has no township",
		"draft":           "sealed; a form that nobody has sent yet has no township",
		"begun_form":      "sealed; a form that nobody has sent yet has no township",
		"begun_try":       "ids and counts, the same",
		"record_ask":      "sealed; who is asked has not applied yet and has no township",
		"call_transcript": "how far the transcript of a call is, no word of it",
		"call_heard":      "sealed words of a call, which has no township; only agents' rooms read them",
		"call_caption":    "sealed words of a running call, the same",
		"call_typed":      "sealed words that an agent typed, the same",
		"call_alert":      "a call's id and lengths; the call has no township",
		"call_reused":     "ids of calls under a number that an exchange used again, no person",
		"call_word":       "the id of a call, a word of a list and a sealed sentence; the call has no township",
		"call_quality":    "ids of a call and of staff, ticks and a sealed note; the call has no township",
		"call_day":        "counts by day, no person",
		// casefile
		"case_transition": "the legal steps between states, no person",
		"benefit_notice":  "how long before money is less a household is told, no person",
		"deadline_cause":  "what gives a clock another day, no person",
		"hand_figure":     "by which numbers work is given out, and ids of staff, no citizen",
		"hand_move":       "ids of staff, and why one's cases went to others",
		"means_text":      "texts that adults agree to, no person",
		// payout
		"payout_batch":        "counts and totals of one bank file, no person",
		"payout_file":         "sealed; one file holds lines of many townships",
		"bank_return":         "sealed; one file holds lines of many townships",
		"payout_inquiry":      "what the bank said of whole files, no person",
		"bank_statement":      "sealed; totals of a day, no person",
		"bank_statement_line": "amounts and tails of accounts of many townships; the payers' room alone reads them",
		"bank_statement_word": "what two payers say of a difference",
		"payout_again":        "why money that came back twice is sent once more, no person's name; the payers' room alone reads it",
		"payout_day":          "by when an item's money is to be on the card, no person",
		"payout_span":         "how many months an item's money is for, no person",
		"payout_climb":        "ids, counties and days of what stands still, no person",
		"payout_word":         "what the bank said of whole files, no person",
		"payout_said":         "what two people wrote down of it, no person",
		"budget":              "sums of money of a county or the city, no person",
		"budget_change":       "how they came about, and ids of staff, no citizen",
		"ledger_account":      "names of four accounts",
		"ledger_transaction":  "ids and times, no person",
		"ledger_entry":        "sums by account, no person",
		// citizen: found by keyed hash before anybody is known, so no scope can be set; the gateway alone may read them
		"citizen":             "an id and a time",
		"citizen_binding":     "keyed hashes and sealed values",
		"citizen_code":        "keyed hashes only",
		"citizen_guess":       "keyed hashes only",
		"citizen_session":     "hashes of tokens",
		"citizen_grant":       "counts by template",
		"mandate_grant":       "a right between two accounts, before anybody applied; the gateway's policies open it to the two alone",
		"citizen_grant_event": "names of pushes, with a keyed hash for whom",
		"talk":                "sealed; a conversation has no township until it is an application",
		"talk_message":        "sealed, the same",
		"talk_reply":          "sealed, the same",
		"talk_hand":           "ids and times of a conversation in an agent's hands, the same",
		"talk_voice":          "sealed words and the digest of a sealed sound, the same",
		"spoken_answer":       "a sealed sound and sealed words of an interview, which has no township; the gateway alone reads them, by account",
		"talk_line":           "sealed, the same; only agents' rooms read them",
	}
}
