package counter_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"testing"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/channels/desk/counter"
	"lianou/channels/desk/desktest"
)

// paper is a form of the counter before it is sent.
type paper struct {
	way, login string
	fields     map[string]string
	files      []file
}

type file struct {
	field, mime string
	data        []byte
}

const strokes = `[{"points":[{"x":1,"y":2},{"x":3,"y":4},{"x":5,"y":7},{"x":9,"y":11}]}]`

// window is a form a clerk may send; door one an assistant may.
func window(change map[string]string, files ...file) paper {
	p := paper{way: "window", login: "pingyuan.clerk", files: files, fields: map[string]string{
		"key": "counter-1", "applicant.name": "张桂兰", "applicant.id_number": channeltest.ID, "contact.phone": channeltest.Phone,
		"live.county": "371426", "live.township": channeltest.Town, "live.detail": "村东头", "story": "儿子瘫在床上。", "h.area": "rural",
		"m0.name": "张桂兰", "m0.relation": "applicant", "m0.age": "63", "consent": "process", "consent.how": "signature", "sign.applicant": strokes}}
	for name, value := range change {
		p.fields[name] = value
	}
	return p
}

func door(change map[string]string, files ...file) paper {
	p := window(change, files...)
	p.way, p.login = "doorstep", "wangmiao.assistant1"
	return p
}

func (p paper) request(t *testing.T, session *http.Cookie) *http.Request {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name, value := range p.fields {
		must(t, w.WriteField(name, value))
	}
	must(t, w.WriteField("consent", "means_check"))
	for _, f := range p.files {
		part, err := w.CreatePart(textproto.MIMEHeader{"Content-Type": {f.mime}, "Content-Disposition": {`form-data; name="` + f.field + `"; filename="f"`}})
		must(t, err)
		_, err = part.Write(f.data)
		must(t, err)
	}
	must(t, w.Close())
	r := httptest.NewRequest(http.MethodPost, "/c/counter/"+p.way, &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.AddCookie(session)
	return r
}

// speech is a recording of six seconds.
func speech(t *testing.T) file {
	t.Helper()
	const rate = 8000
	sound := make([]byte, 2*rate*6)
	for i := range rate * 6 {
		binary.LittleEndian.PutUint16(sound[2*i:], uint16((i%80)*200))
	}
	var b bytes.Buffer
	b.WriteString("RIFF")
	for _, v := range []any{uint32(36 + len(sound)), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2 * rate), uint16(2), uint16(16),
		[]byte("data"), uint32(len(sound)), sound} {
		must(t, binary.Write(&b, binary.LittleEndian, v))
	}
	return file{"oral", "audio/wav", b.Bytes()}
}

func photo(t *testing.T) file {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))))
	return file{"id_front", "image/png", b.Bytes()}
}

// The counter's two doors through the suite every channel passes.
// Controls (style of channels, 5.4): who asks not looked at; a key of the clock;
// bad requests answered 200; settings decoded loosely.
func TestConformance(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	room := counter.New(counter.Deps{Desk: d.Shell, DB: d.DB, Blobs: d.Blobs, Audit: d.Audit, Regions: d.Regions})
	sessions := d.Sessions(t, room, "pingyuan.clerk", "wangmiao.assistant1", "0317")
	send := func(p paper) func(*testing.T, channels.Env) *http.Request {
		return func(t *testing.T, _ channels.Env) *http.Request { return p.request(t, sessions[p.login]) }
	}
	stranger := window(nil)
	stranger.login = "0317"
	recorded := map[string]string{"sign.applicant": "", "sign.instead": "voice_witness", "witness": "李二"}
	channeltest.Suite{
		Name: "counter", Factory: channels.Make(room.Channel), Section: `{}`, Wrap: d.Shell.Guard, Forge: desktest.Forge, Large: 25 << 20,
		Env:     func(*testing.T) channels.Env { return d.House.Env() },
		Secrets: []string{channeltest.ID, channeltest.Phone},
		Cases: []channeltest.Case{
			{Name: "window", Status: 201, Applications: 1, Request: send(window(nil, photo(t)))},
			{Name: "doorstep, signed", Status: 201, Applications: 1, Request: send(door(nil, speech(t)))},
			{Name: "doorstep, recorded way with one witness", Status: 422, Request: send(door(recorded, speech(t)))},
			{Name: "doorstep without the spoken words", Status: 422, Request: send(door(nil))},
			{Name: "doorstep without a signature", Status: 422, Request: send(door(map[string]string{"sign.applicant": ""}, speech(t)))},
			{Name: "a photo that is no photo", Status: 415, Request: send(window(nil, file{"id_front", "image/jpeg", []byte("<html>")}))},
			{Name: "no clerk", Status: 403, Request: send(stranger)},
			{Name: "wrong check digit", Status: 422, Request: send(window(map[string]string{"applicant.id_number": channeltest.ID[:17] + "1"}))},
			{Name: "unknown fact", Status: 422, Request: send(window(map[string]string{"h.rich": "true"}))},
		},
	}.Run(t)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
