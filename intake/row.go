package intake

import (
	"crypto/sha256"
	"encoding/json"
	"time"

	"lianou/core"
	"lianou/core/jobs"
)

// Receipt is what a door may tell the person who asked.
type Receipt struct {
	Number      core.Receipt
	Application core.ApplicationID
	Region      core.RegionCode // where it goes; county until the township is known
	At          time.Time
	Duplicate   bool // the same key and body were here before: the first number
	Spooled     bool // safe on disk, not yet in the database: answer 202
}

// row is one application on its way into the database or the spool: in clear only
// what the insert itself needs.
type row struct {
	ID       core.ApplicationID `json:"id"`
	Channel  core.ChannelName   `json:"channel"`
	Key      string             `json:"key"`
	Digest   []byte             `json:"digest"`
	Receipt  core.Receipt       `json:"receipt"`
	Promised core.Receipt       `json:"-"` // the number said before, where it was somebody else's
	Citizen  string             `json:"citizen,omitempty"`
	Staff    core.StaffID       `json:"staff,omitempty"`
	Region   core.RegionCode    `json:"region"`
	Urgent   bool               `json:"urgent,omitempty"`
	At       time.Time          `json:"at"`
	Contact  []byte             `json:"-"` // keyed hash of the telephone bound to the account, as the transaction found it
	Blobs    []core.BlobDigest  `json:"blobs,omitempty"`
	Sealed   jobs.Handover      `json:"sealed"` // the whole application, to the platform's key
}

// content is the canonical bytes of what was asked: two deliveries of one form
// give the same, whatever moment they arrive.
func content(s *Submission, a *core.Application) ([]byte, error) {
	h := a.Household
	h.On = 1 // the day belongs to the delivery, not to the request
	facts, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	form := s.Form
	form.Household = facts
	return json.Marshal(struct {
		Form    Form
		Citizen string
		Staff   core.StaffID
		Call    string
	}{form, s.Citizen, s.Staff, callID(s.Call)})
}

func callID(c *core.CallRef) string {
	if c == nil {
		return ""
	}
	return c.ID
}

// fold shortens content to what the keyed digest takes.
func fold(b []byte) string {
	sum := sha256.Sum256(b)
	return string(sum[:])
}
