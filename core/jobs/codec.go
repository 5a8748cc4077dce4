package jobs

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"

	"lianou/core"
)

// The numbers of the form below. A new field gets a new number, and decode keeps
// reading the old ones: a handover may lie for weeks. An application that has no use for
// a new field keeps the old number, so that the other program may be a release behind.
const (
	wireVersion    = 1
	wireUnrecorded = 2 // core.Provenance with Unrecorded
	wireWay        = 3 // core.Contact with Way
)

// wire is core.Application in plain, the only place outside sealed columns where
// its personal numbers are written out. It exists between encode and Seal, and
// between Open and decode.
type wire struct {
	Version   int                        `json:"v"`
	ID        core.ApplicationID         `json:"id"`
	Receipt   core.Receipt               `json:"receipt"`
	Channel   core.ChannelName           `json:"channel"`
	Key       string                     `json:"key"`
	At        time.Time                  `json:"at"`
	Contact   wireContact                `json:"contact"`
	Applicant wirePerson                 `json:"applicant"`
	Live      wirePlace                  `json:"live"`
	Household core.Household             `json:"household"`
	People    []wirePerson               `json:"people"`
	Items     []core.ItemCode            `json:"items"`
	Story     string                     `json:"story"`
	Sources   map[string]core.Provenance `json:"sources"`
	Consent   []core.Consent             `json:"consent"`
	Signature *core.Signature            `json:"signature"`
	Papers    []core.Paper               `json:"papers"`
	Call      *core.CallRef              `json:"call"`
	Urgent    bool                       `json:"urgent"`
	Account   string                     `json:"account"`
}

type wireContact struct {
	Name     string        `json:"name"`
	Phone    string        `json:"phone"`
	Capacity core.Capacity `json:"capacity"`
	ID       string        `json:"id"`
	Citizen  string        `json:"citizen"`
	Staff    core.StaffID  `json:"staff"`

	Way core.ChannelName `json:"way,omitempty"`
}

type wirePerson struct {
	Ref  core.MemberRef `json:"ref"`
	Name string         `json:"name"`
	ID   string         `json:"id"`
}

type wirePlace struct {
	Region core.RegionCode `json:"region"`
	Detail string          `json:"detail"`
}

func encode(a core.Application) ([]byte, error) {
	w := wire{
		Version: wireVersion, ID: a.ID, Receipt: a.Receipt, Channel: a.Channel, Key: a.Key, At: a.At,
		Contact: wireContact{Name: a.Contact.Name, Phone: a.Contact.Phone.Reveal(), Capacity: a.Contact.Capacity,
			ID: a.Contact.ID.Reveal(), Citizen: a.Contact.CitizenID, Staff: a.Contact.Staff, Way: a.Contact.Way},
		Applicant: wirePerson{Ref: a.Applicant.Ref, Name: a.Applicant.Name, ID: a.Applicant.ID.Reveal()},
		Live:      wirePlace{Region: a.Live.Region, Detail: a.Live.Detail},
		Household: a.Household, Items: a.Items, Story: a.Story, Sources: a.Sources, Consent: a.Consent,
		Signature: a.Signature, Papers: a.Papers, Call: a.Call, Urgent: a.Urgent,
	}
	for _, p := range a.People {
		w.People = append(w.People, wirePerson{Ref: p.Ref, Name: p.Name, ID: p.ID.Reveal()})
	}
	if a.Account != nil {
		w.Account = a.Account.Reveal()
	}
	for _, from := range a.Sources {
		if from.Unrecorded {
			w.Version = wireUnrecorded
		}
	}
	if a.Contact.Way != "" {
		w.Version = wireWay
	}
	b, err := json.Marshal(w)
	if err != nil {
		return nil, core.E(core.KindInternal, "application_codec", "") // the cause may quote values
	}
	return b, nil
}

// decode is strict: an unknown field means another version of the program, and
// guessing at a person's request is not to be done.
func decode(b []byte) (core.Application, error) {
	bad := core.E(core.KindInternal, "application_codec", "")
	var w wire
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return core.Application{}, bad
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) || w.Version < wireVersion || w.Version > wireWay {
		return core.Application{}, bad
	}
	a, err := w.application()
	if err != nil {
		return core.Application{}, bad
	}
	return a, nil
}

func (w *wire) application() (core.Application, error) {
	p := reader{today: core.DateOf(w.At)}
	a := core.Application{
		ID: w.ID, Receipt: w.Receipt, Channel: w.Channel, Key: w.Key, At: w.At,
		Contact: core.Contact{Name: w.Contact.Name, Phone: p.phone(w.Contact.Phone), Capacity: w.Contact.Capacity,
			ID: p.id(w.Contact.ID), CitizenID: w.Contact.Citizen, Staff: w.Contact.Staff, Way: w.Contact.Way},
		Applicant: core.Applicant{Ref: w.Applicant.Ref, Name: w.Applicant.Name, ID: p.id(w.Applicant.ID)},
		Live:      core.Place{Region: w.Live.Region, Detail: w.Live.Detail},
		Household: w.Household, Items: w.Items, Story: w.Story, Sources: w.Sources, Consent: w.Consent,
		Signature: w.Signature, Papers: w.Papers, Call: w.Call, Urgent: w.Urgent,
	}
	for _, m := range w.People {
		a.People = append(a.People, core.NamedMember{Ref: m.Ref, Name: m.Name, ID: p.id(m.ID)})
	}
	if w.Account != "" {
		account, err := core.ParseBankAccount(w.Account)
		p.note(err)
		a.Account = &account
	}
	return a, p.err
}

// reader parses personal numbers and remembers the first fault.
type reader struct {
	today core.Date
	err   error
}

func (r *reader) note(err error) {
	if err != nil && r.err == nil {
		r.err = err
	}
}

func (r *reader) id(s string) core.IDNumber {
	if s == "" {
		return core.IDNumber{}
	}
	n, err := core.ParseID(s, r.today)
	r.note(err)
	return n
}

func (r *reader) phone(s string) core.Phone {
	if s == "" {
		return core.Phone{}
	}
	n, err := core.ParsePhone(s)
	r.note(err)
	return n
}
