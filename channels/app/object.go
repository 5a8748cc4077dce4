package app

import (
	"context"
	"crypto/rand"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"lianou/channels"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/intake/objections"
)

// deviceCookie tells one device from another where nobody is logged in, for a month, so that
// what one person says twice of a notice is one opinion. It names nobody.
const deviceCookie = "lianou_device"

var deviceForm = regexp.MustCompile(`^[0-9A-Z]{26}$`)

// objectView is the page on which somebody says something against one line of a board. What was
// written comes back after a mistake.
type objectView struct {
	Place             core.RegionCode
	Line              casefile.Posting
	Key               string
	Says, Name, Phone string
	Number, Say       string // of what was kept
}

// objectionView looks up what came of one.
type objectionView struct{ Number, Say string }

func (c *Channel) objectPage(w http.ResponseWriter, r *http.Request) {
	v, err := c.posting(r)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	if c.device(r) == "" {
		c.setCookie(w, deviceCookie, rand.Text(), 30*24*time.Hour)
	}
	v.Key = uuid.NewString()
	c.showPublic(w, r, "object", view{Title: "我有不同意见", Data: v})
}

// posting is the line that an address names, while it hangs.
func (c *Channel) posting(r *http.Request) (v objectView, err error) {
	if v.Place, err = core.ParseRegion(r.PathValue("place")); err != nil || v.Place.Township() == "" {
		return v, errNoPlace
	}
	id, err := strconv.ParseInt(r.PathValue("notice"), 10, 64)
	if err != nil {
		return v, objections.ErrOver
	}
	list, err := c.env.Cases.Board(r.Context(), v.Place)
	if err != nil {
		return v, err
	}
	i := slices.IndexFunc(list, func(p casefile.Posting) bool { return p.ID == id && !p.Confirmed })
	if i < 0 {
		return v, objections.ErrOver
	}
	v.Line = list[i]
	return v, nil
}

// objectPost keeps what was said and shows its number on this page alone: in no address, which
// a device keeps for whoever looks at it next.
func (c *Channel) objectPost(w http.ResponseWriter, r *http.Request) {
	if !c.readForm(w, r) {
		return
	}
	v, gone := c.posting(r) // the same again after the last day still has its number
	get := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	v.Key, v.Says, v.Name, v.Phone = get("key"), get("says"), get("name"), get("phone")
	id, err := strconv.ParseInt(r.PathValue("notice"), 10, 64)
	if err != nil || v.Place.Township() == "" {
		c.sorry(w, r, gone)
		return
	}
	what, which := c.speaker(r, v.Key)
	out, _, err := c.door.Object(r, id, what, which, channels.ObjectBody{Key: v.Key, Says: v.Says, Name: v.Name, Phone: v.Phone})
	switch {
	case err != nil && gone != nil:
		c.sorry(w, r, err)
		return
	case err != nil:
		page := view{Title: "我有不同意见", Data: v}
		var status int
		status, page.Error, page.Field = c.fault(w, r, err)
		c.show(w, r, status, "object", page)
		return
	}
	v.Number, v.Say = objections.Spoken(out.Number), out.Say
	c.showPublic(w, r, "object", view{Title: "我有不同意见", Data: v})
}

func (c *Channel) device(r *http.Request) string {
	if cookie, err := r.Cookie(deviceCookie); err == nil && deviceForm.MatchString(cookie.Value) {
		return cookie.Value
	}
	return ""
}

// speaker is who objects: the account if somebody is logged in, else the device, else the page.
func (c *Channel) speaker(r *http.Request, key string) (what, which string) {
	if who, ok := c.peek(r); ok && who.ID != "" {
		return objections.Citizen, who.ID
	}
	if device := c.device(r); device != "" {
		return "device", device
	}
	return channels.FormSpeaker(r, key)
}

func (c *Channel) objectionPage(w http.ResponseWriter, r *http.Request) {
	c.showPublic(w, r, "objection", view{Title: "查我提的意见", Data: objectionView{}})
}

func (c *Channel) objectionPost(w http.ResponseWriter, r *http.Request) {
	if !c.readForm(w, r) {
		return
	}
	v := objectionView{Number: strings.TrimSpace(r.PostForm.Get("number"))}
	page, status := view{Title: "查我提的意见"}, http.StatusOK
	var err error
	if v.Say, err = c.door.Objection(r, v.Number); err != nil {
		status, page.Error, page.Field = c.fault(w, r, err)
	}
	page.Data = v
	c.show(w, r, status, "objection", page)
}

// tallyWait bounds the count of what was answered: a board waits for nothing that it can do without.
const tallyWait = time.Second

// tally is how many opinions of a township were answered; none where they are not taken here, or
// cannot be counted just now.
func (c *Channel) tally(r *http.Request, town core.RegionCode) objections.Tally {
	if c.env.Objections == nil {
		return objections.Tally{}
	}
	ctx, done := context.WithTimeout(r.Context(), tallyWait)
	defer done()
	t, err := c.env.Objections.Tally(ctx, town)
	if err != nil {
		return objections.Tally{}
	}
	return t
}
