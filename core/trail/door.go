package trail

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/wording"
)

// voice is what was heard in one call, or said in one conversation.
type voice struct {
	call  string
	heard []heard
}

type heard struct {
	label    string
	from, to int64
}

// spoken gathers what the facts of a decision point at in recordings, call by call.
func (w *walk) spoken(f casefile.Facts) {
	by := map[string][]heard{}
	for path, p := range f.Provenance {
		if p.CallID != "" {
			by[p.CallID] = append(by[p.CallID], heard{wording.FactLabel(path), p.FromMS, p.ToMS})
		}
	}
	for _, call := range slices.Sorted(maps.Keys(by)) {
		slices.SortFunc(by[call], func(a, b heard) int {
			return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.label, b.label))
		})
		w.voices = append(w.voices, voice{call, by[call]})
	}
}

// request is how the household asked.
func (w *walk) request() (Hop, error) {
	o, err := w.w.d.Cases.Origin(w.ctx, w.tx, w.owed.of)
	if err != nil {
		return Hop{}, gone(err)
	}
	w.origin, w.t.Receipt = o, o.Receipt
	at := slices.IndexFunc(o.Requests, func(r casefile.Request) bool { return r.Application == o.Application })
	if at < 0 {
		return Hop{}, errGap
	}
	first := o.Requests[at]
	h := Hop{At: first.At, Points: []Point{{Label: "回执号", Value: string(o.Receipt)}, {Label: "从哪里来", Value: door(o.Channel)}, {Label: "申请人", Value: o.Applicant}}}
	if o.EnteredBy != 0 {
		h.Points = append(h.Points, Point{Label: "代写的人", Who: o.EnteredBy})
	}
	err = w.tx.QueryRow(w.ctx, `select coalesce(min(id), 0) from audit_entry where application = $1 and act = 'application.received'`, string(o.Application)).Scan(&h.Entry)
	if err != nil {
		return h, pg.Fail(err, "find the entry of an application")
	}
	h.Checks = []Check{same("办件和申请是同一个回执号", o.Receipt, first.Receipt), {What: "收件的底册上有它,门和号都对", Holds: first.Taken, Seen: "底册上没有,或者对不上"}, logged(h.Entry)}
	return h, nil
}

func door(c core.ChannelName) string {
	return cmp.Or(map[core.ChannelName]string{"agent": "电话 12345", "hotline": "电话 12345", "wechat": "微信", "app": "手机网页", "counter": "窗口、上门"}[c], string(c))
}

// voice is the seconds of the call or the words at the door: the beginning.
func (w *walk) voice() (Hop, error) {
	o := w.origin
	h := Hop{At: o.FirstContact}
	if o.CallID != "" && !slices.ContainsFunc(w.voices, func(v voice) bool { return v.call == o.CallID }) {
		w.voices = append([]voice{{call: o.CallID}}, w.voices...)
	}
	for _, v := range w.voices {
		if strings.HasPrefix(v.call, casefile.ChatCall) {
			h.Points = append(h.Points, Point{Label: "微信里说的", Value: said(v)})
			continue
		}
		if err := w.call(&h, v); err != nil {
			return h, err
		}
	}
	switch {
	case o.Erased:
		h.Points = append(h.Points, Point{Label: "当时说的", Value: "已按规定删除"})
	case o.Story != "":
		h.Points = append(h.Points, Point{Label: "当时说的", Value: o.Story})
	}
	if o.Signature.Strokes != "" {
		h.Points = append(h.Points, Point{Label: "申请时的签名", Value: when(o.Signature.At)})
		h.Checks = append(h.Checks, w.file("签名在,指纹重新算过", o.Signature.Strokes))
	}
	heard := len(w.voices) > 0 || o.Story != "" || o.Erased || o.Signature.Strokes != "" || o.EnteredBy != 0
	h.Checks = append(h.Checks, Check{What: "有原话、录音、签名或者代写的人", Holds: heard, Seen: "一样也没有"})
	return h, nil
}

// call looks at one call: that the exchange's row is there, and its recording as it was.
func (w *walk) call(h *Hop, v voice) error {
	var digest, state string
	var began time.Time
	err := w.row("read a call", `select began, recording, recording_state from call where id = $1`, []any{v.call}, &began, &digest, &state)
	if err != nil {
		return err // a call that is named and not there is where the walk ends
	}
	h.Points = append(h.Points, Point{Label: "电话", Value: when(began) + "," + said(v)})
	for _, x := range v.heard {
		if x.to > 0 {
			h.Grounds = append(h.Grounds, Ground{Text: x.label, Call: v.call, FromMS: x.from, ToMS: x.to, Source: "电话里说", Sure: casefile.SureSaid})
		}
	}
	switch {
	case state == "lost":
		h.Points = append(h.Points, Point{Label: "录音", Value: "当时没有留住,日志里记着"})
		return nil
	case digest == "":
		h.Checks = append(h.Checks, Check{What: "录音在", Seen: "还没有录音"})
		return nil
	}
	h.Points = append(h.Points, Point{Label: "录音的指纹", Value: digest})
	if v.call == w.origin.CallID {
		h.Checks = append(h.Checks, same("办件认的是这段录音", string(w.origin.Recording), digest))
	}
	h.Checks = append(h.Checks, w.file("录音在,指纹重新算过", core.BlobDigest(digest)))
	return nil
}

func said(v voice) string {
	n := 0
	for _, x := range v.heard {
		if x.to > 0 {
			n++
		}
	}
	switch {
	case n > 0:
		return fmt.Sprintf("%d 样事实,其中 %d 样指得到秒", len(v.heard), n)
	case len(v.heard) > 0:
		return fmt.Sprintf("%d 样事实", len(v.heard))
	}
	return "打过这一通"
}

// file computes the digest of a kept file again.
func (w *walk) file(what string, d core.BlobDigest) Check {
	if w.w.d.Blobs == nil {
		return Check{What: "指纹记下了,文件这里没有打开", Holds: true}
	}
	r, err := w.w.d.Blobs.Open(w.ctx, d)
	if err != nil {
		return Check{What: what, Seen: "文件不在,或者打不开"}
	}
	defer r.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, r); err != nil {
		return Check{What: what, Seen: "文件读不完"}
	}
	return same(what, string(d), hex.EncodeToString(sum.Sum(nil)))
}
