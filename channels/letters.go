package channels

import (
	"net/http"
	"strconv"
	"strings"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/citizen"
	"lianou/core/wording"
)

// Why a letter is read: what stands in the log, and what the person reads who asks.
const (
	ReadLetter  = "看信"
	PrintLetter = "印信"
	KeepLetter  = "存信"
)

// LetterAnswer is the letter of a decision.
type LetterAnswer struct {
	ID         string        `json:"id"`
	Item       core.ItemCode `json:"item"`
	Name       string        `json:"name"`
	Title      string        `json:"title"`
	Paragraphs []string      `json:"paragraphs,omitempty" doc:"In whole sentences; none in a list"`
	Aloud      []string      `json:"aloud,omitempty" doc:"The same as it is read out, title first"`
	From       string        `json:"from" doc:"Who decided"`
	On         string        `json:"on" doc:"The day, 2026-11-27"`
	Day        string        `json:"day" doc:"The day in words"`
	Code       string        `json:"code,omitempty" doc:"By which 12345 knows the letter"`
	Sample     bool          `json:"sample,omitempty" doc:"An amount in it is a sample figure"`
}

func letterOf(w casefile.Written) LetterAnswer {
	a := LetterAnswer{ID: strconv.FormatInt(w.ID, 10), Item: w.Item, Name: w.Name, Title: w.Title, Paragraphs: w.Paragraphs, From: w.From, On: w.On.String(),
		Day: w.On.Time().Format("2006年1月2日"), Code: w.Code}
	for _, p := range w.Paragraphs {
		a.Sample = a.Sample || strings.Contains(p, "样本")
	}
	if len(w.Paragraphs) > 0 {
		a.Aloud = append(a.Aloud, wording.Aloud(w.Title)+"。")
		for _, p := range append(w.Paragraphs[:len(w.Paragraphs):len(w.Paragraphs)], w.From+","+a.Day+"。") {
			a.Aloud = append(a.Aloud, wording.Aloud(p))
		}
	}
	return a
}

// Letters lists the letters of the application that {receipt} names, the newest first,
// without their text. A helper who was invited has none: there are sums in them.
func (d *CitizenDoor) Letters(r *http.Request, who citizen.Citizen, s casefile.Status) ([]LetterAnswer, error) {
	list, err := d.env.Cases.Letters(r.Context(), d.lettersOf(who, s))
	out := make([]LetterAnswer, 0, len(list))
	for _, w := range list {
		out = append(out, letterOf(w))
	}
	return out, err
}

// Letter reads the letter that {letter} names, of the application that {receipt} names. Why
// it is read stands in the log.
func (d *CitizenDoor) Letter(r *http.Request, who citizen.Citizen, why string) (LetterAnswer, error) {
	s, err := d.Status(r, who)
	if err != nil {
		return LetterAnswer{}, err
	}
	id, err := strconv.ParseInt(r.PathValue("letter"), 10, 64)
	if err != nil || id <= 0 {
		return LetterAnswer{}, core.E(core.KindNotFound, "no_letter", "没有这封信,请回上一页再点一次。")
	}
	w, err := d.env.Cases.Letter(r.Context(), d.lettersOf(who, s), id, why)
	return letterOf(w), err
}

func (d *CitizenDoor) lettersOf(who citizen.Citizen, s casefile.Status) casefile.LettersAsk {
	return casefile.LettersAsk{Citizen: who.ID, Application: s.Application, Case: s.Case, Today: d.today()}
}

// ServeLetters lists the letters of one application.
func (d *CitizenDoor) ServeLetters(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var s casefile.Status
	if err == nil {
		s, err = d.Status(r, who)
	}
	var list []LetterAnswer
	if err == nil {
		list, err = d.Letters(r, who, s)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, list)
}

// ServeLetter answers with one letter.
func (d *CitizenDoor) ServeLetter(w http.ResponseWriter, r *http.Request) {
	who, err := d.Citizen(r)
	var a LetterAnswer
	if err == nil {
		a, err = d.Letter(r, who, ReadLetter)
	}
	if err != nil {
		WriteProblem(w, r, err)
		return
	}
	WriteJSON(w, http.StatusOK, a)
}
