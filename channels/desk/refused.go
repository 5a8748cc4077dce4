package desk

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/staff"
)

// trace writes into the audit log that somebody was kept from something (security.md P17: failed
// authorisations are events): another role's page, a case of their kin, what they would decide
// alone, a step that the state does not allow, a full number too many, and what attempts lists.
// What else is only filled in wrongly, or is not there, is no attempt at anything.
//
// The entry names who, which act, of what (numbers of rows alone) and the code of the sentence.
func (d *Desk) trace(r *http.Request, who staff.Person, err error) {
	switch kind := core.KindOf(err); {
	case kind == core.KindForbidden, kind == core.KindTooMany:
	case kind == core.KindConflict && r.Method == http.MethodPost:
	case kind == core.KindInvalid && r.Method == http.MethodPost && attempts()[core.Known(err).Code] != "":
	default:
		return
	}
	code := core.Known(err).Code
	switch d.refused.count(refusedOf{who.ID, code}, time.Now()) {
	case refusedOver:
		return
	case refusedLast:
		code = "more" // one entry for all that comes in this minute
	}
	entry := refusal(r, who, code)
	ctx := context.WithoutCancel(r.Context())
	err = d.d.DB.Tx(ctx, pg.NoScope(), func(ctx context.Context, tx *pg.Tx) error { return d.d.Audit.Write(ctx, tx, entry) })
	if err != nil {
		d.log.WarnContext(ctx, "refusal not written to the audit log", "code", code, "err", err)
	}
}

// attempts are the sentences about a form that is whole and says what must not be: somebody tried
// something, by mistake or not. Why each is one stands beside it; whatever is not here is a field
// left empty or written badly, of which a desk has hundreds a day.
func attempts() map[string]string {
	return map[string]string{
		"above_ceiling":        "money beyond what the township may decide",
		"above_ceiling_year":   "emergencies that together go beyond it",
		"above_resolved":       "money beyond what a conference decided",
		"appeal_never_less":    "an appeal answered with less than before",
		"invalid_visit_day":    "a visit dated tomorrow, or before it was planned",
		"invalid_photo_day":    "a picture of another day as one of the visit",
		"picture_changed":      "a picture that is not what was taken",
		"invalid_visitors":     "one person as both visitors",
		"recheck_two_visitors": "one person as both, or one of another place",
		"invalid_strokes":      "one drawing as the signature of several, or one that was used before",
		"delivery_day":         "a handing over before the decision, or tomorrow",
		"invalid_holder":       "a card in the name of somebody who is not of the household",
		"card_name":            "a card of which the bank says that it is somebody else's",
		"invalid_statement":    "a file of the bank that contradicts itself, or is of days to come",
		"invalid_rows":         "more rows in a file than one may take out",
	}
}

// refusal is the entry of one request that was refused.
func refusal(r *http.Request, who staff.Person, code string) audit.Entry {
	entry := audit.Refused(ActorOf(At{Staff: who}), strings.NewReplacer(".", "_", "/", "_").Replace(code), code)
	entry.Purpose = r.Pattern
	if act := r.PathValue("act"); isPlainAct(act) {
		entry.Purpose = strings.Replace(r.Pattern, "{act}", act, 1)
	}
	entry.Subject = strings.Join(rowsOf(r), " ")
	if id := r.PathValue("case"); isRow(id) {
		n, err := strconv.ParseInt(id, 10, 64)
		if err == nil {
			entry.Case = core.CaseID(n)
		}
	}
	return entry
}

// rowsOf names the rows that a request is about as its address does, such as "case:17": numbers
// alone, which are of no person.
func rowsOf(r *http.Request) (names []string) {
	for rest := r.Pattern; ; {
		_, after, found := strings.Cut(rest, "{")
		if !found {
			return names
		}
		name, tail, _ := strings.Cut(after, "}")
		if value := r.PathValue(name); isRow(value) {
			names = append(names, name+":"+value)
		}
		rest = tail
	}
}

// isRow reports whether a text can be the number of a row: a telephone or an ID number is longer
// or begins with what no count of rows reaches.
func isRow(s string) bool {
	n, err := strconv.ParseInt(s, 10, 64)
	return err == nil && n > 0 && n < 1e10
}

func isPlainAct(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz_-") == ""
}

// maxRefused is how many refusals of one account for one reason stand in the log of a minute, a
// sample figure: more than a person comes to by hand, no loop fills the log, and a loop of one kind
// hides none of another.
const maxRefused = 30

// verdict is what becomes of one more refusal.
type verdict int

const (
	refusedOnce verdict = iota
	refusedLast         // the first beyond the bound: it stands for the others
	refusedOver
)

// refusedOf is whom, and why: the code of a sentence, of which there are so many and no more.
type refusedOf struct {
	who  core.StaffID
	code string
}

// refusals counts what was refused to each account in the minute that runs.
type refusals struct {
	mu     sync.Mutex
	minute time.Time
	of     map[refusedOf]int
}

func (c *refusals) count(who refusedOf, now time.Time) verdict {
	c.mu.Lock()
	defer c.mu.Unlock()
	if minute := now.Truncate(time.Minute); !minute.Equal(c.minute) {
		c.minute, c.of = minute, map[refusedOf]int{}
	}
	c.of[who]++
	switch n := c.of[who]; {
	case n <= maxRefused:
		return refusedOnce
	case n == maxRefused+1:
		return refusedLast
	}
	return refusedOver
}
