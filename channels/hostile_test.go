package channels_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lianou/channels"
	"lianou/channels/channeltest"
	"lianou/core"
	"lianou/core/blob"
	"lianou/core/citizen"
)

// drop is a channel that takes files and nothing else, under the real host.
type drop struct{ door *channels.CitizenDoor }

func (d drop) Endpoints() []channels.Endpoint {
	return []channels.Endpoint{{Method: "POST", Path: "/papers", MaxBody: channels.MaxUpload, PerMinute: 1000, Serve: func(w http.ResponseWriter, r *http.Request) {
		up, err := channels.ReadUpload(r)
		var info blob.Info
		if err == nil {
			info, err = d.door.Keep(r.Context(), citizen.Citizen{ID: rand.Text()}, up.Kind, up.Data)
		}
		if err != nil {
			channels.WriteProblem(w, r, err)
			return
		}
		channels.WriteJSON(w, http.StatusCreated, info)
	}}}
}

// dropHouse serves a drop.
func dropHouse(t testing.TB) (*channeltest.House, http.Handler) {
	t.Helper()
	h := channeltest.NewHouse(t)
	host, err := channels.Open(channels.Config{}, channels.Catalogue{"drop": func(_ json.RawMessage, env channels.Env) (channels.Channel, error) {
		return drop{channels.UploadsOnly(env)}, nil
	}}, map[core.ChannelName]json.RawMessage{"drop": json.RawMessage(`{}`)}, h.Env())
	if err != nil {
		t.Fatal(err)
	}
	return h, host.Handler()
}

// form is a multipart body with a file under a name of the sender's.
func form(t testing.TB, kind, name string, data []byte) (body []byte, contentType string) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	err := m.WriteField("kind", kind)
	var f io.Writer
	if err == nil {
		f, err = m.CreateFormFile("file", name)
	}
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), m.FormDataContentType()
}

func send(h http.Handler, body []byte, contentType string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/c/drop/papers", bytes.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// files lists what lies in the store.
func files(t testing.TB, root string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func small(t testing.TB) (jpg, pic []byte) {
	t.Helper()
	img := image.NewYCbCr(image.Rect(0, 0, 64, 48), image.YCbCrSubsampleRatio420)
	var j, p bytes.Buffer
	if err := jpeg.Encode(&j, img, nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&p, img); err != nil {
		t.Fatal(err)
	}
	return j.Bytes(), p.Bytes()
}

// claims rewrites the size in a PNG's head, with the right checksum.
func claims(p []byte, w, h uint32) []byte {
	out := bytes.Clone(p)
	binary.BigEndian.PutUint32(out[16:], w)
	binary.BigEndian.PutUint32(out[20:], h)
	binary.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
	return out
}

// withGPS puts an EXIF segment with a GPS directory (tags 1 to 4 of CIPA DC-008) into a
// JPEG, and the marks that an exiftool or a strings would find.
func withGPS(j []byte) []byte {
	t := []byte("II*\x00\x08\x00\x00\x00\x01\x00\x25\x88\x04\x00\x01\x00\x00\x00\x1a\x00\x00\x00\x00\x00\x00\x00") // IFD0: GPS IFD at 26
	t = append(t, "\x02\x00\x01\x00\x02\x00\x02\x00\x00\x00N\x00\x00\x00\x02\x00\x05\x00\x03\x00\x00\x00\x38\x00\x00\x00\x00\x00\x00\x00"...)
	for _, v := range []uint32{37, 1, 26, 1, 0, 1} {
		t = binary.LittleEndian.AppendUint32(t, v)
	}
	body := append([]byte("Exif\x00\x00"), t...)
	seg := append([]byte{0xff, 0xe1, 0, byte(len(body) + 2)}, body...)
	return append(append(bytes.Clone(j[:2]), seg...), j[2:]...)
}

const eicar = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-` + `ANTIVIRUS-TEST-FILE!$H+H*`

func zipped(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("../../etc/passwd")
	if err == nil {
		_, err = w.Write(make([]byte, 4<<20))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// P28: a hostile file is refused in clear words and leaves nothing, not even a temporary
// file. Control seen red: no least of points and extent ("one dot: 201, want 422").
func TestHostileFilesAreRefused(t *testing.T) {
	t.Parallel()
	h, handler := dropHouse(t)
	jpg, pic := small(t)
	whole, kind := form(t, "id_front", "a.jpg", jpg)
	type sent struct {
		body []byte
		kind string
	}
	file := func(kind string, data []byte) sent { b, ct := form(t, kind, "a.jpg", data); return sent{b, ct} }
	for name, c := range map[string]struct {
		sent
		status int
	}{
		"nothing":               {file("id_front", nil), 422},
		"a flood of pixels":     {file("id_front", claims(pic, 20_000, 20_000)), 413},
		"a strip of pixels":     {file("id_front", claims(pic, 1<<31-1, 1)), 413},
		"more pixels than file": {file("id_front", claims(pic, 2000, 2000)), 422},
		"an svg":                {file("id_front", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`)), 415},
		"a gif bomb":            {file("id_front", append([]byte("GIF89a\xff\xff\xff\xff\xf7\x00\x00"), make([]byte, 900)...)), 415},
		"a page":                {file("id_front", []byte("<!doctype html><script>alert(1)</script>")), 415},
		"a zip":                 {file("id_front", zipped(t)), 415},
		"eicar":                 {file("other", []byte(eicar)), 415},
		"a wav":                 {file("other", []byte("RIFF\xff\xff\xff\xffWAVEfmt ")), 415},
		"half a jpeg":           {file("id_front", jpg[:len(jpg)/2]), 422},
		"a jpeg's first bytes":  {file("id_front", jpg[:3]), 422},
		"half a png":            {file("id_front", pic[:len(pic)-20]), 422},
		"a kind of theirs":      {file("../visit", jpg), 422},
		"a recording":           {file("recording", jpg), 422},
		"too much":              {file("id_front", append(bytes.Clone(jpg), make([]byte, channels.MaxPhoto)...)), 413},
		"cut in the file":       {sent{whole[:len(whole)-80], kind}, 422},
		"a name with a nul":     {sent{bytes.Replace(whole, []byte("a.jpg"), []byte("a\x00.jpg"), 1), kind}, 422},
		"no form at all":        {sent{jpg, "image/jpeg"}, 422},
		"another boundary":      {sent{whole, "multipart/form-data; boundary=x"}, 422},
		"one dot":               {file("strokes", []byte(`[{"points":[{"x":5,"y":5,"time":1}]}]`)), 422},
		"a trembling dot":       {file("strokes", []byte(`[{"points":[{"x":5,"y":5},{"x":6,"y":5},{"x":5,"y":6},{"x":6,"y":6},{"x":5,"y":5}]}]`)), 422},
		"strokes far outside":   {file("strokes", []byte(`[{"points":[{"x":5,"y":5},{"x":1e300,"y":5},{"x":5,"y":6},{"x":6,"y":6}]}]`)), 422},
		"strokes without end":   {file("strokes", []byte("["+strings.Repeat(`{"points":[{"x":1},{"x":9}]},`, 600)+`{"points":[]}]`)), 422},
		"a picture as strokes":  {file("strokes", jpg), 422},
	} {
		w := send(handler, c.body, c.kind)
		var p channels.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != c.status || p.Detail == "" {
			t.Errorf("%s: %d, want %d: %q", name, w.Code, c.status, p.Detail)
		}
		if strings.HasPrefix(name, "one dot") && !strings.Contains(p.Detail, "写下名字") {
			t.Errorf("%s: %q", name, p.Detail)
		}
	}
	if left := files(t, h.Files); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// What is taken is the picture alone: nothing behind it, beside it or in its name comes
// along, and it lies sealed under its own digest. Control seen red: Keep storing `data`
// instead of what was encoded, "place: the stored file still has Exif".
func TestTakenFilesAreNeutral(t *testing.T) {
	t.Parallel()
	h, handler := dropHouse(t)
	jpg, pic := small(t)
	page := "<html><script>alert(document.domain)</script></html>"
	comment := append([]byte{0xff, 0xfe, 0, byte(len(page) + 2)}, page...)
	reader, err := blob.Open(blob.Config{URL: "file://" + h.Files, To: h.Keys.Gateway.Platform, Opener: h.Keys.Platform.Opener})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"place":            withGPS(jpg),
		"page in a jpeg":   append(append(bytes.Clone(jpg[:2]), comment...), jpg[2:]...),
		"page behind one":  append(bytes.Clone(jpg), page...),
		"zip behind a png": append(bytes.Clone(pic), zipped(t)...),
		"eicar in a jpeg":  append(bytes.Clone(jpg), eicar...),
	} {
		body, kind := form(t, "id_front", "../../../../etc/cron.d/x.php", data)
		w := send(handler, body, kind)
		var info blob.Info
		if err := json.Unmarshal(w.Body.Bytes(), &info); err != nil || w.Code != 201 {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
			continue
		}
		f, err := reader.Open(t.Context(), info.Digest)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := io.ReadAll(f)
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, mark := range []string{"GPS", "Exif", "script", "PK\x03\x04", "EICAR", "passwd"} {
			if bytes.Contains(got, []byte(mark)) {
				t.Errorf("%s: the stored file still has %s", name, mark)
			}
		}
		if name == "place" && !bytes.Contains(data, []byte("Exif")) {
			t.Error("the file that was sent has no place")
		}
	}
	for _, path := range files(t, h.Files) {
		rel, _ := filepath.Rel(h.Files, path)
		if strings.Contains(rel, "..") || strings.Contains(rel, "cron") || strings.Contains(rel, ".php") {
			t.Errorf("a file under a name of the sender's: %s", rel)
		}
	}
}

// Ten gigabytes declared are refused before they are sent, and a body shorter or longer
// than it says is nothing. Controls seen red: no look at ContentLength and no reading
// to the end, "10 GB declared: 201 Created", because the form in it was whole.
func TestDeclaredLengths(t *testing.T) {
	t.Parallel()
	h, handler := dropHouse(t)
	s := httptest.NewServer(handler)
	defer s.Close()
	at, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	jpg, _ := small(t)
	body, kind := form(t, "id_front", "a.jpg", jpg)
	for name, c := range map[string]struct {
		length int64
		status string
	}{
		"10 GB declared":     {10 << 30, " 413 "},
		"more than was sent": {int64(len(body)) + 4000, " 422 "},
		"less than was sent": {int64(len(body)) - 100, " 422 "},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", at.Host)
		if err != nil {
			t.Fatal(err)
		}
		_, err = fmt.Fprintf(conn, "POST /c/drop/papers HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", kind, c.length, body)
		if err == nil {
			err = conn.(*net.TCPConn).CloseWrite()
		}
		if err != nil {
			t.Fatal(err)
		}
		answer, _ := io.ReadAll(io.LimitReader(conn, 4096)) // a reset behind the answer is fine
		if first, _, _ := strings.Cut(string(answer), "\r\n"); !strings.Contains(first+" ", c.status) {
			t.Errorf("%s: %q, want%s", name, first, c.status)
		}
		_ = conn.Close()
		cancel()
	}
	if left := files(t, h.Files); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
