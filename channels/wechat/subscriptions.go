package wechat

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"lianou/channels"
	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/wording"
)

// templatesAnswer is what the mini-program may ask leave for.
type templatesAnswer struct {
	Templates []templateLeft `json:"templates"`
}

// templateLeft is one template, and how many messages of it may still be sent.
type templateLeft struct {
	ID   string       `json:"id"`
	Kind wording.Kind `json:"kind"`
	Left int          `json:"left"`
}

// getSubscriptions tells which templates there are, so that the client holds no copy of
// the settings, and what is left of each.
func (c *Channel) getSubscriptions(w http.ResponseWriter, r *http.Request) {
	who, err := c.door.Citizen(r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	left, err := c.env.Citizens.Grants(r.Context(), who.ID)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	out := templatesAnswer{Templates: []templateLeft{}}
	for kind, t := range c.cfg.Templates {
		out.Templates = append(out.Templates, templateLeft{t.ID, kind, left[t.ID]})
	}
	slices.SortFunc(out.Templates, func(a, b templateLeft) int { return strings.Compare(a.ID, b.ID) })
	channels.WriteJSON(w, http.StatusOK, out)
}

// subscriptions is what requestSubscribeMessage answered: the templates accepted.
type subscriptions struct {
	Accepted []string `json:"accepted"`
}

// postSubscriptions counts one grant for each accepted template of ours (F25).
func (c *Channel) postSubscriptions(w http.ResponseWriter, r *http.Request) {
	who, err := c.door.Citizen(r)
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	in, err := decode[subscriptions](r)
	if err == nil && len(in.Accepted) > 3 {
		err = core.Invalid("accepted", wording.For(core.KindInvalid))
	}
	for i := 0; err == nil && i < len(in.Accepted); i++ {
		if !c.ours(in.Accepted[i]) {
			err = core.Invalid("accepted", wording.For(core.KindInvalid))
			break
		}
		err = c.env.Citizens.Granted(r.Context(), who.ID, in.Accepted[i], 1)
	}
	if err != nil {
		channels.WriteProblem(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (c *Channel) ours(template string) bool {
	for _, t := range c.cfg.Templates {
		if t.ID == template {
			return true
		}
	}
	return false
}

// subscriptionsOf counts what a push tells of grants (F25): a tap gives one, and who turns a
// template off in WeChat's settings has none left.
func (c *Channel) subscriptionsOf(ctx context.Context, m message) error {
	if m.From == "" || len(m.From) > 64 {
		return errPushBody
	}
	who, err := c.env.Citizens.Known(ctx, m.From)
	if err != nil {
		return err
	}
	told := citizen.Pushed{Event: m.key()}
	if m.Created > 0 {
		told.Ago = c.env.Now().Sub(time.Unix(m.Created, 0))
	}
	for _, s := range append(m.List, m.Changed...) {
		switch {
		case !c.ours(s.Template):
			continue
		case s.Status == "reject" && m.Event == "subscribe_msg_change_event":
			err = c.env.Citizens.GrantsTurnedOff(ctx, who, s.Template, told)
		case s.Status == "accept" && m.Event == "subscribe_msg_popup_event":
			err = c.env.Citizens.GrantPushed(ctx, who, s.Template, told)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
