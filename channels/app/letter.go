package app

import (
	"net/http"
	"net/url"
	"strings"

	"lianou/channels"
	"lianou/core"
	"lianou/core/citizen"
	"lianou/intake"
)

// letterView is the letter of a decision to read and hear, or as a sheet to print.
type letterView struct {
	channels.LetterAnswer
	Receipt core.Receipt
	Sheet   bool
}

func (c *Channel) letterPage(w http.ResponseWriter, r *http.Request) {
	c.showLetter(w, r, channels.ReadLetter)
}

// letterSheet is the letter on one sheet. That it was printed stands in the log by itself.
func (c *Channel) letterSheet(w http.ResponseWriter, r *http.Request) {
	c.showLetter(w, r, channels.PrintLetter)
}

func (c *Channel) showLetter(w http.ResponseWriter, r *http.Request, why string) {
	c.own(w, r, func(who citizen.Citizen) {
		v, err := c.letter(r, who, why)
		if err != nil {
			c.sorry(w, r, err)
			return
		}
		v.Sheet = why == channels.PrintLetter
		c.show(w, r, http.StatusOK, "letter", view{Title: v.Title, Data: v})
	})
}

func (c *Channel) letter(r *http.Request, who citizen.Citizen, why string) (v letterView, err error) {
	if v.Receipt, err = intake.ParseReceipt(r.PathValue("receipt")); err != nil {
		return v, err
	}
	v.LetterAnswer, err = c.door.Letter(r, who, why)
	return v, err
}

// letterText is the letter as a file, in the words in which it is read out, for a device
// that reads to its owner.
func (c *Channel) letterText(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		v, err := c.letter(r, who, channels.KeepLetter)
		if err != nil {
			c.sorry(w, r, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(v.Title+".txt"))
		h.Set("Cache-Control", "no-store")
		_, _ = w.Write([]byte(strings.Join(v.Aloud, "\n") + "\n")) // the client went away: nothing left to tell it
	})
}

// lookedView is who looked at one's data, and what the next page begins before.
type lookedView struct {
	List []channels.SeenAnswer
	Next string
}

// lookedPage shows who of the staff looked at one's cases (谁看过我的资料).
func (c *Channel) lookedPage(w http.ResponseWriter, r *http.Request) {
	c.own(w, r, func(who citizen.Citizen) {
		list, next, err := c.door.Seen(r.Context(), who, r.URL.Query().Get("before"))
		if err != nil {
			c.sorry(w, r, err)
			return
		}
		c.show(w, r, http.StatusOK, "looked", view{Title: "谁看过我的资料", Data: lookedView{list, next}})
	})
}
