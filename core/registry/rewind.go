package registry

import (
	"encoding/json"
	"time"

	"lianou/core"
)

// memberKey names one stay of a person in a household.
type memberKey struct {
	household core.HouseholdID
	person    core.PersonID
	since     core.Date
}

// memberImage is how one stay stands. A stay without a single day is none: where one is
// taken back, its row stays with until = since.
type memberImage struct {
	Ref      core.MemberRef `json:"ref"`
	Relation core.Relation  `json:"relation,omitempty"`
	Until    core.Date      `json:"until,omitempty"` // the first day outside; zero: still there
}

// personImage is what events change of a person.
type personImage struct {
	Region  core.RegionCode `json:"region"`
	Village core.RegionCode `json:"village,omitempty"`
	Died    core.Date       `json:"died,omitempty"`
}

// homeImage is where a household lives and is registered.
type homeImage struct {
	Region  core.RegionCode `json:"region"`
	Village core.RegionCode `json:"village,omitempty"`
	Hukou   core.RegionCode `json:"hukou,omitempty"`
	Address []byte          `json:"address,omitempty"` // sealed
}

// lifeChange is what one event did to one row, with how it was before.
type lifeChange struct {
	id            int64
	event         EventID
	day           core.Date
	known         time.Time
	what          string
	key           memberKey // as far as what has it
	before, after json.RawMessage
}

// What a change is of.
const (
	ofMembership = "membership"
	ofHousehold  = "household"
	ofPerson     = "person"
)

// stays goes back over changes, the oldest first, to the stays as they were known at a
// moment. It changes live.
func stays(live map[memberKey]memberImage, changes []lifeChange, known time.Time) (map[memberKey]memberImage, error) {
	for i := len(changes) - 1; i >= 0; i-- {
		c := changes[i]
		if c.what != ofMembership || !c.known.After(known) {
			continue
		}
		before, err := image[memberImage](c.before)
		if err != nil {
			return nil, err
		}
		if before == nil {
			delete(live, c.key)
		} else {
			live[c.key] = *before
		}
	}
	return live, nil
}

// present reports whether a stay has a day in it.
func (m memberImage) present(since, on core.Date) bool {
	return since <= on && (m.Until == 0 || m.Until > on)
}

// placeOf goes back over changes, the oldest first, to where a household lived on a day,
// as known at a moment; nil for one that was not there yet. What is known later is left
// out wherever it stands; then days are walked back, which are in order because an event
// is not entered before an earlier one's day, and an undo has the day of what it undoes.
func placeOf(live homeImage, changes []lifeChange, as AsOf) (*homeImage, error) {
	at, walking := &live, true
	for i := len(changes) - 1; i >= 0; i-- {
		c := changes[i]
		if c.what != ofHousehold {
			continue
		}
		later := c.known.After(as.Known)
		walking = walking && (later || c.day > as.On)
		if !walking {
			break
		}
		before, err := image[homeImage](c.before)
		if err != nil {
			return nil, err
		}
		if before == nil && !later {
			break // it was founded by this: what a family was before it is not known
		}
		at = before
	}
	return at, nil
}

// image reads how a row was; nil for none.
func image[T any](b json.RawMessage) (*T, error) {
	if len(b) == 0 || string(b) == "null" {
		return nil, nil
	}
	v := new(T)
	if err := json.Unmarshal(b, v); err != nil {
		return nil, core.E(core.KindInternal, "change_unreadable", "")
	}
	return v, nil
}
