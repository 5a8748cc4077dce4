package channels

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"lianou/core"
	"lianou/core/citizen"
	"lianou/core/wording"
	"lianou/intake"
)

// maxAnswer bounds an answer in bytes: a story of two thousand characters, written as
// escapes.
const maxAnswer = 32 << 10

// InterviewRoutes are the interview's endpoints, the same at every door for citizens; none
// where no conversations are kept. Without a door they are a table of routes alone.
func (d *CitizenDoor) InterviewRoutes() []Endpoint {
	if d != nil && d.env.Talks == nil {
		return nil
	}
	post := func(path string, max int64, serve http.HandlerFunc) Endpoint {
		return Endpoint{Method: "POST", Path: path, Serve: serve, MaxBody: max}
	}
	const small = 1 << 10
	return []Endpoint{
		{Method: "GET", Path: "/interview", Serve: d.asked(d.getInterview)},
		post("/interview", small, d.asked(d.postInterview)),
		{Method: "DELETE", Path: "/interview", Serve: d.asked(d.deleteInterview), PerMinute: 60},
		post("/interview/answers", maxAnswer, d.asked(d.postAnswer)),
		post("/interview/back", small, d.asked(d.postBack)),
		post("/interview/enough", small, d.asked(d.postEnough)),
		post("/interview/application", maxAnswer, d.asked(d.postConfirmed)),
		post("/interview/voice", maxVoiceBody, d.asked(d.postVoice)),
		{Method: "GET", Path: "/interview/voice/{id}", Serve: d.asked(d.getVoice)},
	}
}

// asked runs a handler for who is logged in, and answers what it refuses.
func (d *CitizenDoor) asked(do func(http.ResponseWriter, *http.Request, citizen.Citizen) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := d.Citizen(r)
		if err == nil {
			err = do(w, r, who)
		}
		if err != nil {
			writeMoved(w, r, err)
		}
	}
}

// InterviewProblem is the problem of an act on what is no longer asked: it brings what is.
type InterviewProblem struct {
	Problem
	Interview *Interview `json:"interview,omitempty" doc:"How it is now"`
}

func writeMoved(w http.ResponseWriter, r *http.Request, err error) {
	var moved *Moved
	if !errors.As(err, &moved) {
		WriteProblem(w, r, err)
		return
	}
	Refused(r, err)
	PrepareRefusal(w, err)
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusConflict)
	_ = json.NewEncoder(w).Encode(InterviewProblem{ProblemOf(err), &moved.Now}) // the client went away: nothing left to tell it
}

func (d *CitizenDoor) getInterview(w http.ResponseWriter, r *http.Request, who citizen.Citizen) error {
	now, err := d.Interview(r.Context(), who, r.URL.Query().Get("step"))
	if err != nil {
		return err
	}
	if r.URL.Query().Has("step") { // a look at one answer, which the revision alone does not name
		WriteJSON(w, http.StatusOK, now)
		return nil
	}
	return writeInterview(w, r, http.StatusOK, now)
}

func (d *CitizenDoor) postInterview(w http.ResponseWriter, r *http.Request, who citizen.Citizen) error {
	in, err := ReadJSON[InterviewBegin](r)
	if err != nil {
		return err
	}
	now, fresh, err := d.BeginInterview(r.Context(), who, in, nil)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if fresh {
		status = http.StatusCreated
	}
	return writeInterview(w, r, status, now)
}

func (d *CitizenDoor) deleteInterview(w http.ResponseWriter, r *http.Request, who citizen.Citizen) error {
	var revision int64
	if q := r.URL.Query(); q.Has("revision") {
		var err error
		if revision, err = strconv.ParseInt(q.Get("revision"), 10, 64); err != nil || revision <= 0 {
			return core.Invalid("revision", wording.For(core.KindInvalid))
		}
	}
	if err := d.Forget(r.Context(), who, revision); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (d *CitizenDoor) postAnswer(w http.ResponseWriter, r *http.Request, who citizen.Citizen) error {
	in, err := ReadJSON[InterviewAnswered](r)
	if err != nil {
		return err
	}
	now, err := d.Answer(r.Context(), who, in)
	if err != nil {
		return err
	}
	return writeInterview(w, r, http.StatusOK, now)
}

func (d *CitizenDoor) postBack(w http.ResponseWriter, r *http.Request, who citizen.Citizen) error {
	in, err := ReadJSON[InterviewAt](r)
	if err != nil {
		return err
	}
	now, err := d.Back(r.Context(), who, in.Revision)
	if err != nil {
		return err
	}
	return writeInterview(w, r, http.StatusOK, now)
}

func (d *CitizenDoor) postEnough(w http.ResponseWriter, r *http.Request, who citizen.Citizen) error {
	in, err := ReadJSON[InterviewAt](r)
	if err != nil {
		return err
	}
	now, err := d.Enough(r.Context(), who, in.Revision)
	if err != nil {
		return err
	}
	return writeInterview(w, r, http.StatusOK, now)
}

func (d *CitizenDoor) postConfirmed(w http.ResponseWriter, r *http.Request, who citizen.Citizen) error {
	in, err := ReadJSON[InterviewConfirmed](r)
	if err != nil {
		return err
	}
	got, err := d.FileInterview(r.Context(), who, in)
	if err != nil {
		return err
	}
	d.ReplyApplication(w, r, []intake.Receipt{got}, nil)
	return nil
}

// writeInterview answers with an interview under its tag, or that the client has it.
func writeInterview(w http.ResponseWriter, r *http.Request, status int, now Interview) error {
	tag := strconv.FormatInt(now.Revision, 10)
	if now.quiet > 0 { // what is shown beside the question has changed
		tag += "." + strconv.FormatInt(now.quiet, 10)
	}
	if !tagged(w, r, tag) {
		WriteJSON(w, status, now)
	}
	return nil
}

// ReadJSON reads one small JSON body: an unknown field or a second value is refused.
func ReadJSON[T any](r *http.Request) (T, error) {
	var v T
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(&v)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return v, BodyFault(err)
	case err != nil:
		return v, core.E(core.KindInvalid, "invalid_body", wording.For(core.KindInvalid))
	}
	return v, nil
}
