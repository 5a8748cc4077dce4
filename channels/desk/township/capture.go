package township

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/blob"
	"lianou/core/casefile"
	"lianou/core/workflow"
)

// What a device notes of a picture when it is made.
type notedPhoto struct {
	SHA256 string    `json:"sha256"`
	Taken  time.Time `json:"taken"`
	Place  string    `json:"place"`
}

var (
	captureKey   = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	capturePlace = regexp.MustCompile(`^(-?[0-9]{1,3}\.[0-9]{1,6},-?[0-9]{1,2}\.[0-9]{1,6})?$`)
)

var (
	errCapture = core.E(core.KindInvalid, "invalid_capture", "这份记录没有传完整,请再交一次。")
	errPicture = core.E(core.KindInvalid, "picture_changed", "有一张照片和拍下的时候不一样了。请打开这一户,删掉重拍。")
)

// errOthers keeps one visitor's record from going in under another one's name: then the two who
// stand behind it would be one.
var errOthers = core.E(core.KindConflict, "others_record", "现在登录的不是写这份记录的人。请写的人自己登录,再来交。")

// handedIn is what the page says of a record.
type handedIn struct {
	Outcome casefile.CaptureOutcome `json:"outcome"`
	Say     string                  `json:"say"`
}

// handIn takes in one record that a device made without network. The same again is the same.
func (t *Room) handIn(w http.ResponseWriter, r *http.Request, at desk.At) error {
	var large *http.MaxBytesError
	if err := r.ParseMultipartForm(desk.MaxBody); errors.As(err, &large) {
		return core.E(core.KindTooLarge, "capture_too_large", "这一户的照片太大了。请打开这一户,删掉几张再交。")
	} else if err != nil {
		return errCapture
	}
	clock, err := t.d.DB.ReadClock(r.Context())
	if err != nil {
		return err
	}
	d := doing{r: r, actor: casefile.As(at.Staff)}
	if d.get("who") != tagOf(at) {
		return errOthers
	}
	c, err := captureOf(d, clock.Now)
	if err != nil {
		return err
	}
	raw, noted, err := pictures(d)
	if err != nil {
		return err
	}
	c.Digest = digestOf(r.PostForm, raw)
	for i, b := range raw {
		c.Photos = append(c.Photos, casefile.CapturedPhoto{Original: sha256.Sum256(b), Taken: setRight(d, noted[i].Taken, clock.Now), Place: noted[i].Place})
	}
	_, out, err := t.d.Flow.HandedIn(r.Context(), d.actor, c) // before any file is kept
	if err == nil && out == "" {
		out, err = t.sync(d, c, raw)
	}
	if err != nil {
		return err
	}
	say := "交上去了,等另一位自己登录确认。"
	if out == casefile.CaptureSecond {
		say = "这一份也收下了,另存着:这一户已经有一份记录,或者情况变了。请经办看以哪份为准。"
	}
	return desk.JSON(w, http.StatusOK, handedIn{out, say})
}

func (t *Room) sync(d doing, c casefile.Capture, raw [][]byte) (casefile.CaptureOutcome, error) {
	in, err := t.went(d)
	if err != nil {
		return "", err
	}
	for i, b := range raw {
		if c.Photos[i].Blob, err = t.keepPicture(d, b); err != nil {
			return "", err
		}
		in.Photos = append(in.Photos, c.Photos[i].Blob)
	}
	return t.d.Flow.SyncVisit(d.r.Context(), d.actor, in, c)
}

// captureOf reads under which key, of which visit and of when a record is.
func captureOf(d doing, now time.Time) (c casefile.Capture, err error) {
	c.Key = d.get("key")
	visit, err := strconv.ParseInt(d.get("visit"), 10, 64)
	if err != nil || visit <= 0 || !captureKey.MatchString(c.Key) || !capturePlace.MatchString(d.get("place")) {
		return c, errCapture
	}
	seen, err := time.Parse(time.RFC3339, d.get("seen"))
	if err != nil {
		return c, errCapture
	}
	c.Visit, c.Seen = visit, setRight(d, seen, now)
	return c, nil
}

// setRight moves a time of the device's clock by how far that is from ours: it says what it has
// when it hands in. A phone that is a day ahead dates nothing tomorrow.
func setRight(d doing, of, now time.Time) time.Time {
	theirs, err := time.Parse(time.RFC3339, d.get("now"))
	if err != nil {
		return of
	}
	return of.Add(now.Sub(theirs))
}

// pictures reads the files as they came, each held to the hash that the device took of it.
func pictures(d doing) (raw [][]byte, noted []notedPhoto, err error) {
	if err := json.Unmarshal([]byte(d.get("photos")), &noted); d.get("photos") != "" && err != nil {
		return nil, nil, errCapture
	}
	files := d.r.MultipartForm.File["photo"]
	if len(files) != len(noted) {
		return nil, nil, errCapture
	}
	for i, h := range files {
		f, err := h.Open()
		if err != nil {
			return nil, nil, errCapture
		}
		b, err := io.ReadAll(io.LimitReader(f, desk.MaxBody))
		_ = f.Close()
		if err != nil {
			return nil, nil, errCapture
		}
		sum := sha256.Sum256(b)
		if hex.EncodeToString(sum[:]) != noted[i].SHA256 || !capturePlace.MatchString(noted[i].Place) || noted[i].Taken.IsZero() {
			return nil, nil, errPicture
		}
		raw = append(raw, b)
	}
	return raw, noted, nil
}

func (t *Room) keepPicture(d doing, b []byte) (core.BlobDigest, error) {
	picture, err := blob.CheckImage(b)
	if err != nil {
		return "", err
	}
	info, err := t.d.Blobs.Put(d.r.Context(), bytes.NewReader(picture.Data), blob.PutOptions{Class: "visit", MIME: picture.MIME, Max: desk.MaxBody})
	return info.Digest, err
}

// went reads the form of a visit, without its pictures and sound.
func (t *Room) went(d doing) (in workflow.RecordVisit, err error) {
	in = workflow.RecordVisit{Case: d.id, Statement: d.get("statement"), Present: d.get("present"), Place: d.get("place"), Remote: d.get("remote"), Holder: d.get("holder"),
		Signatures: map[string]core.BlobDigest{}}
	if in.Facts, err = changed(d); err != nil {
		return in, err
	}
	in.Same, in.Shown = d.r.PostForm["same"], d.count("facts")
	if s := d.get("account"); s != "" {
		if in.Account, err = core.ParseBankAccount(s); err != nil {
			return in, err
		}
	}
	for _, who := range []string{"first", "second", "household"} {
		digest, err := t.strokes(d, who)
		if err != nil {
			return in, err
		}
		if digest != "" {
			in.Signatures[who] = digest
		}
	}
	return in, nil
}

// digestOf is of all that a record says: its fields but for the clock at the handing in, and the
// bytes of its pictures.
func digestOf(form map[string][]string, pictures [][]byte) [32]byte {
	sum := sha256.New()
	add := func(b []byte) {
		_, _ = sum.Write(strconv.AppendInt(nil, int64(len(b)), 10)) // a hash takes everything
		_, _ = sum.Write([]byte{'\n'})
		_, _ = sum.Write(b)
	}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if name == "now" { // of the handing in, not of the record
			continue
		}
		add([]byte(name))
		for _, value := range form[name] {
			add([]byte(value))
		}
	}
	for _, b := range pictures {
		add(b)
	}
	return [32]byte(sum.Sum(nil))
}
