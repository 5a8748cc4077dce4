package intake

import (
	"time"

	"lianou/core"
	"lianou/core/blob"
	"lianou/core/matching"
	"lianou/core/registry"
	"lianou/intake/interview"
)

// Rules is how a Submission is held to the rules, without keeping it: Intake uses
// them, and so does the in-memory twin that channels are tested with, so that the
// two cannot drift apart.
type Rules struct{ facts facts }

// NewRules ties the rules to what knows places, items and uploaded papers.
func NewRules(regions *registry.Regions, book matching.Books, blobs *blob.Store) (Rules, error) {
	form, err := interview.Basic()
	if err != nil {
		return Rules{}, err
	}
	return Rules{facts{
		place: func(code core.RegionCode) (core.RegionCode, bool) {
			p, ok := regions.Place(code)
			return p.Code, ok
		},
		item: func(day core.Date, item core.ItemCode) bool {
			b, err := book.On(day)
			if err != nil {
				return false // before the first Book no item existed
			}
			_, ok := b.Item(item)
			return ok
		},
		uploaded: blobs.Uploaded, signed: form.Signed, agreed: form.Agreed,
	}}, nil
}

// Mean turns a Submission into the application it means, without id and receipt,
// and gives the canonical bytes of what was asked: equal for two deliveries of one
// form. Errors are those of Submit.
func (r Rules) Mean(s Submission, at time.Time) (app core.Application, body []byte, err error) {
	return r.facts.mean(&s, at)
}
