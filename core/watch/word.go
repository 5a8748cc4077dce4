package watch

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/seal"
)

// Way is who was asked about a lead, and by which way.
type Way string

// Who was asked, and how.
const (
	SelfMet    Way = "self_met"    // the one it is about, at their home
	KinMet     Way = "kin_met"     // somebody of the family, at their home
	SelfCall   Way = "self_call"   // the one it is about, by telephone
	KinCall    Way = "kin_call"    // somebody of the family, by telephone
	Others     Way = "others"      // neighbours or relatives, who asked them
	NobodyHome Way = "nobody_home" // somebody went, and nobody was in
	NoAnswer   Way = "no_answer"   // nobody answered the telephone
	Records    Way = "records"     // nobody: records or papers were looked at
)

// leastSaid and mostSaid bound what was said of a lead, in characters.
const leastSaid, mostSaid = 2, 200

var (
	errAsked = core.Invalid("asked", "选一下问的是谁、怎么问的。这样记结果,要写明问了谁、怎么说的。")
	errFits  = core.Invalid("asked", "问的人和结果对不上:记“不需要”,要问过他本人或者家里人;记“没找到人”,选“上门没人”“电话没打通”或者“托邻居、亲戚问的”;别的结果,不能选这两样。")
	errSaid  = core.Invalid("words", "写一句他们怎么说的、看到了什么,2 到 200 个字。光写标点、数字,或者只写「嗯嗯」「属实」这样的,不算。")
)

// Demands reports whether a lead may end so only with a word of who was asked and what they
// said: every ending does. Nothing holds whoever says that somebody is helped to apply, that a
// change is asked for or the difference was paid to that it follows, and a later look lays only
// what is new.
func (o Outcome) Demands() bool { return o != Checking }

// Ways lists who may have been asked, and how, where a lead ends so. That nobody needs it
// is the family's own word, brought by others at most, and not of papers; the database holds
// the same.
func Ways(o Outcome) []Way {
	switch o {
	case NotReached:
		return []Way{NobodyHome, NoAnswer, Others}
	case NotInNeed:
		return []Way{SelfMet, KinMet, SelfCall, KinCall, Others}
	default:
		return []Way{SelfMet, KinMet, SelfCall, KinCall, Others, Records}
	}
}

// A Seen is what came of a lead.
type Seen struct {
	Outcome Outcome
	Over    core.StaffID // of Checking: from whom that is taken over, 0 for nobody
	Asked   Way          // "" where the outcome demands none
	Words   string       // what they said; empty together with Asked
}

// said gives the word as it is to be kept, empty where none is demanded. Errors: KindInvalid.
func (s Seen) said() (Way, string, error) {
	words := strings.TrimSpace(s.Words)
	if !s.Outcome.Demands() {
		return "", "", nil
	}
	if s.Asked == "" {
		return "", "", errAsked
	}
	if !slices.Contains(Ways(s.Outcome), s.Asked) {
		return "", "", errFits
	}
	n := utf8.RuneCountInString(words)
	if n < leastSaid || n > mostSaid || !utf8.ValidString(words) || strings.ContainsRune(words, 0) || !core.Told(words, leastSaid) {
		return "", "", errSaid
	}
	return s.Asked, words, nil
}

// wordsAt is where the words of a lead are sealed (P24).
func wordsAt(id int64) seal.At {
	return seal.At{Table: "lead", Row: strconv.FormatInt(id, 10), Column: "words"}
}

// sealed seals the words of a lead; nothing in none.
func (w *Watch) sealed(id int64, words string) ([]byte, error) {
	if words == "" {
		return nil, nil
	}
	return w.Ring.Seal([]byte(words), wordsAt(id))
}

// opened gives the words of a lead.
func (w *Watch) opened(id int64, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := w.Ring.Open(sealed, wordsAt(id))
	return string(plain), err
}
