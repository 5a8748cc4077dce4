package matching

// Outcome is the three-valued answer of a finding, in strong Kleene logic.
type Outcome uint8

// The outcomes. Unknown means that a fact is missing which could still decide.
const (
	NotEligible Outcome = iota
	Eligible
	Unknown
)

// String gives the word used in JSON and in the database.
func (o Outcome) String() string {
	switch o {
	case NotEligible:
		return "not_eligible"
	case Eligible:
		return "eligible"
	default:
		return "unknown"
	}
}

// MarshalText writes the word.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// not is Kleene negation.
func (o Outcome) not() Outcome {
	switch o {
	case Eligible:
		return NotEligible
	case NotEligible:
		return Eligible
	default:
		return Unknown
	}
}

// and is Kleene conjunction.
func (o Outcome) and(p Outcome) Outcome {
	switch {
	case o == NotEligible || p == NotEligible:
		return NotEligible
	case o == Unknown || p == Unknown:
		return Unknown
	default:
		return Eligible
	}
}

// or is Kleene disjunction.
func (o Outcome) or(p Outcome) Outcome { return o.not().and(p.not()).not() }

// truth is the number that a fact of yes or no has.
func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
