package quota

import (
	"time"

	"lianou/core"
)

// TriesApart is how long after one attempt to reach a household the next one counts: who is
// in the fields in the morning is at home at noon or in the evening.
//
// No law gives the number: the rules on public rental housing (住建部令第11号, 公共租赁住房管理办法)
// say that who waits is offered in turn, and not how often somebody is looked for. So it
// is a sample, as the three attempts are; the table holds the same.
const TriesApart = 4 * time.Hour

// Tried reports whether an offer was tried as often as it must be before the household may
// be written down as not reached: three times, each TriesApart after the one before, on two
// working days at least, by two people (a sample; the table holds the same). By two, and not
// only seconded by another: who did not try themselves would sign for what they have not
// seen. What lies on a day of rest is kept, and counts for nothing: around midnight three
// attempts once lay on two days and within a minute. Nor does what lies before somebody of
// theirs was met at the door (Met): from then on they are looked for anew, which bars that word
// for two working days and not for good.
func (o *Offer) Tried() bool {
	for i, a := range o.Tries {
		if !a.At.After(o.Met) {
			continue
		}
		for j, b := range o.Tries[i:] {
			if b.Day == 0 || b.At.Before(a.At.Add(TriesApart)) {
				continue
			}
			for _, c := range o.Tries[i+j:] {
				if a.Day != 0 && c.Day > a.Day && !c.At.Before(b.At.Add(TriesApart)) && (a.Staff != b.Staff || b.Staff != c.Staff) {
					return true
				}
			}
		}
	}
	return false
}

// Counted is how many attempts were made since somebody of theirs was last met.
func (o *Offer) Counted() (n int) {
	for _, t := range o.Tries {
		if t.At.After(o.Met) {
			n++
		}
	}
	return n
}

// workday is the day where it is a working day by the law of the day, else 0.
func (q *Quota) workday(today core.Date) (core.Date, error) {
	book, err := q.d.Books.On(today)
	if err != nil || !book.Calendar.Working(today) {
		return 0, err
	}
	return today, nil
}
