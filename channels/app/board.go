package app

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"lianou/channels"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/intake/objections"
)

// boardView is the public board (公示栏) of a township or a village: what hangs today, and
// nothing of yesterday. It is everybody's to read; nobody can be searched for on it.
type boardView struct {
	Place   core.RegionCode
	Name    string
	Town    core.RegionCode // above a village
	Groups  []boardGroup
	Sheet   bool
	Code    string // of what hangs, for comparing the paper with the page
	Address string // of the page, "" where the gateway knows none
	Today   core.Date
	Sample  bool
	Tally   objections.Tally // of the township, where it is large enough to be shown
}

// boardGroup is what hangs in one place.
type boardGroup struct {
	Place core.RegionCode
	Name  string
	Lines []casefile.Posting
}

// boardsPage lists the places that have a board.
func (c *Channel) boardsPage(w http.ResponseWriter, r *http.Request) {
	c.showPublic(w, r, "boards", view{Title: "公示栏", Data: c.door.Counties()})
}

func (c *Channel) boardPage(w http.ResponseWriter, r *http.Request) { c.board(w, r, false) }

// boardSheet is the board on A4, for the wall of the village.
func (c *Channel) boardSheet(w http.ResponseWriter, r *http.Request) { c.board(w, r, true) }

var errNoPlace = core.E(core.KindNotFound, "no_place", "没有这个地方,请从公示栏的列表里选。")

func (c *Channel) board(w http.ResponseWriter, r *http.Request, sheet bool) {
	place, err := core.ParseRegion(r.PathValue("place"))
	if err != nil || place.Township() == "" {
		c.sorry(w, r, errNoPlace)
		return
	}
	town, ok := c.env.Regions.Township(place.Township())
	if !ok {
		c.sorry(w, r, errNoPlace)
		return
	}
	list, err := c.env.Cases.Board(r.Context(), place)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	v := boardView{Tally: c.tally(r, town.Code), Place: place, Name: town.Name, Groups: byPlace(list), Sheet: sheet, Code: boardCode(list), Today: core.DateOf(c.env.Now())}
	if place != town.Code {
		v.Town = town.Code
		if len(v.Groups) > 0 {
			v.Name = v.Groups[0].Name
		}
	}
	for _, p := range list {
		v.Sample = v.Sample || p.Sample
	}
	if c.cfg.PublicURL != "" {
		v.Address = strings.TrimRight(c.cfg.PublicURL, "/") + "/c/app/board/" + string(place)
	}
	c.showPublic(w, r, "board", view{Title: v.Name + "公示栏", Data: v})
}

// showPublic shows a page of everybody's that no engine is to keep: what hung is not to be
// found any more after its last day.
func (c *Channel) showPublic(w http.ResponseWriter, r *http.Request, name string, v view) {
	w.Header().Set("X-Robots-Tag", "noindex, nofollow, noarchive, nosnippet")
	c.show(w, r, http.StatusOK, name, v)
}

// byPlace puts lines together by where they hang, in the order of their places.
func byPlace(list []casefile.Posting) (out []boardGroup) {
	at := map[core.RegionCode]int{}
	for _, p := range list {
		i, ok := at[p.Region]
		if !ok {
			i = len(out)
			at[p.Region] = i
			out = append(out, boardGroup{Place: p.Region, Name: p.Place})
		}
		out[i].Lines = append(out[i].Lines, p)
	}
	return out
}

// boardCode is what tells a paper of one board from that of another day or of another hand:
// the first twelve hexadecimal digits of the SHA-256 of its lines. "" for none.
func boardCode(list []casefile.Posting) string {
	if len(list) == 0 {
		return ""
	}
	h := sha256.New()
	for _, p := range list {
		fmt.Fprintf(h, "%d|%t|%s|%s|%s|%d|%s|%s|%s\n", p.ID, p.Confirmed, p.Item, p.Place, p.Name, p.People, p.Sum(), p.From, p.Until)
	}
	return casefile.LetterCode(hex.EncodeToString(h.Sum(nil)))
}

// publicPages are the pages of everybody's, each at a rate at which nobody copies a county.
func (c *Channel) publicPages() []channels.Endpoint {
	get := func(path string, h http.HandlerFunc) channels.Endpoint {
		return channels.Endpoint{Method: "GET", Path: path, Serve: h, PerMinute: 30}
	}
	post := func(path string, h http.HandlerFunc) channels.Endpoint {
		return channels.Endpoint{Method: "POST", Path: path, Serve: c.sameOrigin(h), PerMinute: 30, MaxBody: 16 << 10}
	}
	said := post("/board/{place}/object/{notice}", c.objectPost)
	said.PerMinute = 0 // its own bound looks who is logged in
	return []channels.Endpoint{get("/board", c.boardsPage), get("/board/{place}", c.boardPage), get("/board/{place}/sheet", c.boardSheet),
		get("/board/{place}/object/{notice}", c.objectPage), said,
		get("/objection", c.objectionPage), post("/objection", c.objectionPost)}
}
