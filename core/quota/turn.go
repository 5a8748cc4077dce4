package quota

// Outcome is where one entry of a frozen list stands.
type Outcome string

// The outcomes. Passed waits until one more offer was made; Out is skipped for good. No entry
// stands as Undoing: it names what was asked to be taken back, and was not.
const (
	Waiting   Outcome = "waiting"
	Offered   Outcome = "offered"
	Accepted  Outcome = "accepted"
	Declined  Outcome = "declined"
	Unreached Outcome = "unreached"
	Passed    Outcome = "passed"
	Out       Outcome = "out"
	Undoing   Outcome = "undo"
)

// next gives whose turn it is: the first that waits; where none does, the first that was
// passed over and keeps its place. 0: nobody is left. at(n) is the outcome of entry n.
func next(listed int, at func(n int) Outcome) int {
	passed := 0
	for n := 1; n <= listed; n++ {
		switch at(n) {
		case Waiting:
			return n
		case Passed:
			if passed == 0 {
				passed = n
			}
		}
	}
	return passed
}

// freePlace gives the lowest number of a place that nobody holds, 0 for none.
func freePlace(places int, held map[int]bool) int {
	for no := 1; no <= places; no++ {
		if !held[no] {
			return no
		}
	}
	return 0
}
