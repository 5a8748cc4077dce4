package standin

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// cloud is a Tencent Cloud API endpoint with two services: faceid and sms.
type cloud struct {
	shared
	cfg CloudConfig

	mu    sync.Mutex
	calls map[string][]time.Time
	st    cloudState
}

// cloudState is what the operators and the text-message service remember.
type cloudState struct {
	Texts   []Text          `json:"texts"`
	Pulled  int             `json:"pulled"`  // receipts already handed out
	Blocked map[string]bool `json:"blocked"` // numbers that opted out
	Serial  int64           `json:"serial"`
}

func newCloud(cfg CloudConfig, sh shared) *cloud {
	c := &cloud{shared: sh, cfg: cfg, calls: map[string][]time.Time{}}
	c.restore(cloudState{})
	return c
}

func (c *cloud) state() cloudState {
	c.mu.Lock()
	defer c.mu.Unlock()
	st := c.st
	st.Texts = slices.Clone(st.Texts)
	return st
}

func (c *cloud) restore(st cloudState) {
	if st.Blocked == nil {
		st.Blocked = map[string]bool{}
	}
	c.st = st
}

func (c *cloud) routes(mux *http.ServeMux) { mux.HandleFunc("POST /{$}", c.serve) }

// action is one API action of one product.
type action struct {
	service Service
	product string
	version string
	perSec  int
	region  bool
	do      func(body []byte, f Fault) (any, error)
}

func (c *cloud) actions() map[string]action {
	return map[string]action{
		"IdCardVerification": {Identity, "faceid", "2018-03-01", 100, false, c.verifyCard},
		"SendSms":            {SMS, "sms", "2021-01-11", 3000, true, c.sendSms},
		"PullSmsSendStatus":  {SMS, "sms", "2021-01-11", 1200, true, c.pullStatus},
	}
}

// cloudErr is an error of the API, in its own vocabulary.
type cloudErr struct{ code, message string }

func (e cloudErr) Error() string { return e.code + ": " + e.message }

func refuse(code, message string) error { return cloudErr{code, message} }

func (c *cloud) serve(w http.ResponseWriter, r *http.Request) {
	name := r.Header.Get("X-TC-Action")
	act, known := c.actions()[name]
	f := Fault{}
	if known {
		f = c.faults.take(act.service, name)
	}
	c.faults.pass(w, r, f, func(w http.ResponseWriter, r *http.Request, f Fault) {
		answer, err := c.call(r, name, act, f)
		c.answer(w, answer, err)
	})
}

// call runs the checks every action shares, then the action.
func (c *cloud) call(r *http.Request, name string, act action, f Fault) (any, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 10<<20))
	if err != nil {
		return nil, refuse("InvalidParameter", "The request body could not be read.")
	}
	switch {
	case name == "":
		return nil, refuse("MissingParameter", "The request is missing a required parameter `Action`.")
	case act.do == nil:
		return nil, refuse("InvalidAction", "The request action="+name+" is invalid or not found.")
	case r.Header.Get("X-TC-Version") != act.version:
		return nil, refuse("NoSuchVersion", "The specified version does not exist.")
	case act.region && r.Header.Get("X-TC-Region") == "":
		return nil, refuse("MissingParameter", "The request is missing a required parameter `Region`.")
	}
	if err := c.authenticate(r, body, act.product); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return nil, refuse("UnsupportedProtocol", "Content-Type must be application/json.")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if f.Mode == ModeError {
		return nil, refuse(f.Code, "The call was refused by a switch.")
	}
	if c.crowded(name, act.perSec) {
		return nil, refuse("RequestLimitExceeded", "The request rate of "+name+" exceeds its limit.")
	}
	return act.do(body, f)
}

// crowded counts the calls of one second. The caller holds mu.
func (c *cloud) crowded(name string, limit int) bool {
	now := c.now()
	recent := slices.DeleteFunc(c.calls[name], func(t time.Time) bool { return now.Sub(t) >= time.Second })
	c.calls[name] = append(recent, now)
	return len(recent) >= limit
}

// answer wraps a result or an error as API 3.0 does: HTTP 200 in both cases.
func (c *cloud) answer(w http.ResponseWriter, result any, err error) {
	id := uuid.NewString()
	out := map[string]any{"RequestId": id}
	var e cloudErr
	switch {
	case errors.As(err, &e):
		out["Error"] = map[string]string{"Code": e.code, "Message": e.message}
	case err != nil:
		out["Error"] = map[string]string{"Code": "InternalError", "Message": "An internal error has occurred."}
	default:
		raw, _ := json.Marshal(result)
		_ = json.Unmarshal(raw, &out)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"Response": out})
}

// params decodes an action's parameters; an unknown one is refused, as there.
func params(body []byte, into any) error {
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		if strings.Contains(err.Error(), "unknown field") {
			return refuse("UnknownParameter", "The parameter is not recognized.")
		}
		return refuse("InvalidParameter", "The parameters are not valid JSON of this action.")
	}
	return nil
}

// identitySays holds the Description beside each Result of IdCardVerification.
var identitySays = map[Verdict]string{
	Match: "姓名和身份证号一致", Mismatch: "姓名和身份证号不一致", BadNumber: "非法身份证号", BadName: "非法姓名",
	SourceDown: "证件库服务异常", NoRecord: "证件库中无此身份证记录", SourceMoves: "权威比对系统升级中,请稍后再试", DailyLimit: "认证次数超过当日限制",
}
