package standin

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	ocrBytes = 2 << 20
	ocrDaily = 100 // the free quota
)

var errTooBig = errors.New("picture over 2 MB")

func (x *wechat) ocrCard(w http.ResponseWriter, r *http.Request, _ Fault) {
	if r.Method != http.MethodPost {
		wxFail(w, 43002, "")
		return
	}
	picture, code := x.picture(r)
	if code != 0 {
		wxFail(w, code, "")
		return
	}
	x.mu.Lock()
	now := x.now()
	x.st.OCR = slices.DeleteFunc(x.st.OCR, func(t time.Time) bool { return now.Sub(t) >= 24*time.Hour })
	over := len(x.st.OCR) >= ocrDaily
	x.st.OCR = append(x.st.OCR, now)
	x.mu.Unlock()
	if over {
		wxFail(w, 101002, "")
		return
	}
	face, err := readCard(picture)
	if err != nil {
		wxFail(w, 101001, "")
		return
	}
	wxAnswer(w, x.reading(face))
}

// reading is the answer for one side. The front's errcode is a string, as in the
// official sample: clients that decode it strictly break here, as they would there.
func (x *wechat) reading(f cardFace) map[string]any {
	p, _ := x.people.byID(f.ID)
	if !f.Front {
		return map[string]any{"errcode": 0, "errmsg": "ok", "type": "Back", "valid_date": or(p.ValidDate, "20180105-20380105")}
	}
	gender := "女"
	if (Person{ID: f.ID}).Male() {
		gender = "男"
	}
	return map[string]any{"errcode": "0", "errmsg": "ok", "type": "Front", "name": f.Name, "id": f.ID,
		"addr": p.Address, "gender": gender, "nationality": or(p.Nation, "汉")}
}

// picture takes the upload, or one of our own cards by its address: this
// stand-in fetches nothing from anywhere.
func (x *wechat) picture(r *http.Request) ([]byte, int) {
	if u := r.URL.Query().Get("img_url"); u != "" {
		path, ours := strings.CutPrefix(u, x.url+"/phone/cards/")
		key, side, _ := strings.Cut(path, "/")
		p, known := x.people.byKey(key)
		if !ours || !known || (side != "front.png" && side != "back.png") {
			return nil, 101000
		}
		raw, err := CardPNG(p, side == "front.png")
		if err != nil {
			return nil, 101000
		}
		return raw, 0
	}
	raw, err := upload(r)
	switch {
	case errors.Is(err, errTooBig):
		return nil, 40009
	case err != nil:
		return nil, 41005
	}
	return raw, 0
}

// upload reads the multipart field img without keeping more than the limit.
func upload(r *http.Request) ([]byte, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		p, err := parts.NextPart()
		if err != nil {
			return nil, err
		}
		if p.FormName() != "img" {
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(p, ocrBytes+1))
		if err == nil && len(raw) > ocrBytes {
			return nil, errTooBig
		}
		if err == nil && len(raw) == 0 {
			return nil, io.ErrUnexpectedEOF
		}
		return raw, err
	}
}
