package app

import (
	"net/http"
	"reflect"

	"lianou/channels"
	"lianou/intake"
)

// route is one operation of the API: what is mounted and what is described come
// from the same line, so neither can be forgotten.
type route struct {
	endpoint channels.Endpoint
	summary  string
	open     bool         // needs no log-in
	in       reflect.Type // JSON body, nil for none
	upload   bool         // multipart body instead
	voice    bool         // multipart body with the file alone
	out      types
	refuses  []int
	moved    bool // 409 brings the interview as it is now
	tagged   bool // ETag and If-None-Match
	once     bool // Idempotency-Key
	query    map[string]string
}

func of[T any]() reflect.Type { return reflect.TypeFor[T]() }

func (c *Channel) routes() []route {
	const small = 8 << 10
	post := func(path string, serve http.HandlerFunc) channels.Endpoint {
		return channels.Endpoint{Method: "POST", Path: path, Serve: serve, MaxBody: small, PerMinute: 60}
	}
	get := func(path string, serve http.HandlerFunc) channels.Endpoint {
		return channels.Endpoint{Method: "GET", Path: path, Serve: serve}
	}
	open := func(e channels.Endpoint) channels.Endpoint {
		e.PerMinute = 30
		return e
	}
	counted := func(e channels.Endpoint) channels.Endpoint { // by a bound of its own, that looks who is logged in
		e.PerMinute = 0
		return e
	}
	papers := post("/papers", c.postPapers)
	papers.MaxBody = channels.MaxUpload
	applications := channels.Endpoint{Method: "POST", Path: "/applications", Parse: c.door.ParseApplication, Reply: c.door.ReplyApplication, MaxBody: intake.MaxForm + 1, PerMinute: 60}
	list := []route{
		{endpoint: post("/login/code", c.postCode), summary: "Ask for a log-in code by text message", open: true,
			in: of[channels.CodeRequest](), out: types{202: of[channels.CodeAnswer]()}, refuses: []int{413, 422, 429, 503}},
		{endpoint: post("/login", c.postLogin), summary: "Log in with the code", open: true,
			in: of[loginRequest](), out: types{200: of[channels.LoginAnswer]()}, refuses: []int{401, 413, 422, 429, 503}},
		{endpoint: post("/login/refresh", c.postRefresh), summary: "Turn a refresh token into a new pair", open: true,
			in: of[refreshRequest](), out: types{200: of[channels.LoginAnswer]()}, refuses: []int{401, 413, 422, 503}},
		{endpoint: post("/logout", c.postLogout), summary: "End this session", out: types{204: nil}, refuses: []int{401, 503}},
		{endpoint: get("/form", c.door.ServeForm), summary: "What is asked, with the lists of places and items", open: true, out: types{200: of[channels.FormAnswer]()}, tagged: true},
		{endpoint: papers, summary: "Upload one photo or signature: parts kind and file", upload: true,
			out: types{201: of[paperAnswer]()}, refuses: []int{401, 413, 415, 422, 429, 503}, once: true},
		{endpoint: applications, summary: "Apply; the key is chosen once by the client and repeated on retry",
			in: of[intake.Form](), out: receipts(), refuses: []int{401, 409, 413, 422, 429, 503}, once: true},
		{endpoint: get("/applications", c.door.ServeApplications), summary: "The citizen's own applications, newest first, twenty a page; Link names the next page",
			out: types{200: of[[]channels.ApplicationAnswer]()}, refuses: []int{401, 422, 503}, tagged: true,
			query: map[string]string{"after": "The last receipt of the page before"}},
		{endpoint: get("/applications/{receipt}", c.door.ServeApplication), summary: "One application with its timeline",
			out: types{200: of[channels.ApplicationAnswer]()}, refuses: []int{401, 403, 404, 422, 503}, tagged: true},
		{endpoint: post("/applications/{receipt}/papers", c.door.ServePapers), summary: "Hand papers in after applying; they were uploaded before",
			in: of[channels.PapersBody](), out: types{201: of[channels.PapersAnswer](), 200: of[channels.PapersAnswer]()}, refuses: []int{401, 403, 404, 409, 413, 422, 429, 503}, once: true},
		{endpoint: post("/applications/{receipt}/appeals", c.door.ServeAppeal), summary: "Say that the decision on an item is wrong: somebody new looks at it, and what was granted goes on meanwhile",
			in: of[channels.AppealBody](), out: types{201: of[channels.PapersAnswer](), 200: of[channels.PapersAnswer]()}, refuses: []int{401, 403, 404, 409, 413, 422, 429, 503}, once: true},
		{endpoint: post("/applications/{receipt}/unsolved", c.door.ServeUnsolved), summary: "Say that an item is not solved though its end was told: the unit that decided has it again, and after its answer the one above",
			in: of[channels.UnsolvedBody](), out: types{201: of[channels.PapersAnswer](), 200: of[channels.PapersAnswer]()}, refuses: []int{401, 403, 404, 409, 413, 422, 429, 503}, once: true},
		{endpoint: get("/applications/{receipt}/letters", c.door.ServeLetters), summary: "The letters of decisions on an application, newest first, without their text; none for a helper who was invited",
			out: types{200: of[[]channels.LetterAnswer]()}, refuses: []int{401, 403, 404, 422, 503}},
		{endpoint: get("/applications/{receipt}/letters/{letter}", c.door.ServeLetter), summary: "One letter, to read and as it is read out; that it was read stands in the log",
			out: types{200: of[channels.LetterAnswer]()}, refuses: []int{401, 403, 404, 422, 503}},
		{endpoint: get("/applications/{receipt}/why", c.door.ServeWhy), summary: "How the household stands with every item and why, as its case was judged; that it was read stands in the log; none for a helper who was invited",
			out: types{200: of[channels.WhyAnswer]()}, refuses: []int{401, 403, 404, 422, 503}},
		{endpoint: open(get("/boards/{place}", c.door.ServeBoard)), summary: "What hangs on the public board of a township or a village today", open: true,
			out: types{200: of[[]channels.PostingAnswer]()}, refuses: []int{422, 429, 503}},
		{endpoint: counted(post("/notices/{notice}/objections", c.door.ServeObject)), summary: "Say something against a public notice while it hangs, with or without a name; nothing of who it is about comes back", open: true,
			in: of[channels.ObjectBody](), out: types{201: of[channels.ObjectAnswer](), 200: of[channels.ObjectAnswer]()}, refuses: []int{409, 413, 422, 429, 503}, once: true},
		{endpoint: open(post("/objections/find", c.door.ServeObjection)), summary: "What came of it, by its number, in general words", open: true,
			in: of[channels.NumberBody](), out: types{200: of[channels.SayAnswer]()}, refuses: []int{413, 422, 429, 503}},
		{endpoint: get("/seen", c.door.ServeSeen), summary: "Who of the staff looked at the citizen's data: day, role and unit, for what, never a name; Link names the next page",
			out: types{200: of[[]channels.SeenAnswer]()}, refuses: []int{401, 422, 503},
			query: map[string]string{"before": "As Link of the page before names it"}},
		{endpoint: get("/payouts", c.door.ServePayouts), summary: "The money of the citizen's own applications, newest first, twenty a page; Link names the next page",
			out: types{200: of[[]channels.PayoutAnswer]()}, refuses: []int{401, 422, 503}, tagged: true,
			query: map[string]string{"after": "The last id of the page before"}},
		{endpoint: post("/phone/rebind", c.door.ServeRebind), summary: "Move a number to this account, after a real-name check (F95)",
			in: of[channels.RebindBody](), out: types{200: of[channels.SayAnswer]()}, refuses: []int{401, 403, 413, 422, 429, 503}},
		{endpoint: post("/unbind", c.door.ServeUnbind), summary: "Take a number or WeChat off this account, after a real-name check (F95)",
			in: of[channels.RebindBody](), out: types{200: of[channels.SayAnswer]()}, refuses: []int{401, 403, 413, 422, 429, 503}},
		{endpoint: get("/bindings", c.door.ServeBound), summary: "By what this account is entered, numbers masked",
			out: types{200: of[channels.BoundAnswer]()}, refuses: []int{401, 503}},
		{endpoint: get("/way", c.door.ServeWay), summary: "By which way this account wants to be told first; empty for as it comes (F69)",
			out: types{200: of[channels.WayAnswer]()}, refuses: []int{401, 503}},
		{endpoint: post("/way", c.door.ServeSetWay), summary: "Say by which way to be told first: wechat, sms, voice, or empty; the others follow where it does not arrive",
			in: of[channels.WayBody](), out: types{200: of[channels.WayAnswer]()}, refuses: []int{401, 413, 422, 429, 503}},
		{endpoint: get("/mandates", c.door.ServeMandates), summary: "For whom this account acts, with what is over",
			out: types{200: of[[]channels.MandateAnswer]()}, refuses: []int{401, 503}},
		{endpoint: post("/mandates/found", c.door.ServeMandatesFound), summary: "Who acts for a person, by their receipt and the last four characters of their ID number",
			in: of[channels.MandatePair](), out: types{200: of[[]channels.MandateAnswer]()}, refuses: []int{401, 413, 422, 429, 503}},
		{endpoint: post("/mandates/end", c.door.ServeMandateEnd), summary: "End a mandate: one's own, or with the pair that of who acts for oneself",
			in: of[channels.MandateEnd](), out: types{204: nil}, refuses: []int{401, 404, 413, 422, 429, 503}},
		{endpoint: get("/helpers", c.door.ServeHelpers), summary: "Who helps this account and whom it helps by invitation, with what is over",
			out: types{200: of[[]channels.HelperAnswer]()}, refuses: []int{401, 503}},
		{endpoint: post("/helpers/invite", c.door.ServeInvite), summary: "Invite a helper, after a real-name check: a code to be read out, once and for a day; it ends the one before",
			in: of[channels.InviteBody](), out: types{200: of[channels.InviteAnswer]()}, refuses: []int{401, 403, 413, 422, 429, 503}},
		{endpoint: post("/helpers/offer", c.door.ServeOffer), summary: "What the invitation says that a code and a name open",
			in: of[channels.OfferBody](), out: types{200: of[channels.HelperAnswer]()}, refuses: []int{401, 409, 413, 422, 429, 503}},
		{endpoint: post("/helpers/accept", c.door.ServeAccept), summary: "Take an invitation up, once",
			in: of[channels.AcceptBody](), out: types{200: of[channels.HelperAnswer]()}, refuses: []int{401, 409, 413, 422, 429, 503}},
		{endpoint: post("/helpers/end", c.door.ServeHelperEnd), summary: "End one at once: by who gave it, or back by the helper",
			in: of[channels.HelperEnd](), out: types{204: nil}, refuses: []int{401, 404, 413, 422, 503}},
	}
	return append(list, c.interviewRoutes()...)
}

// types are the bodies of answers by status, nil for none.
type types map[int]reflect.Type

// receipts are the answers to an application: made, made before, in the spool.
func receipts() types {
	t := of[channels.ReceiptAnswer]()
	return types{201: t, 200: t, 202: t}
}

// interviewRoutes describes what leads an interview, which every door for citizens has.
func (c *Channel) interviewRoutes() (list []route) {
	now := types{200: of[channels.Interview]()}
	said := map[string]route{
		"GET /interview":              {summary: "The interview that is open, whatever door it began at; step shows an answer of the summary to put it right", out: types{200: of[channels.Interview]()}, refuses: []int{401, 404, 503}, tagged: true, query: map[string]string{"step": "A ref of the summary's lines"}},
		"POST /interview":             {summary: "Begin an interview, or get the one that is open", in: of[channels.InterviewBegin](), out: types{201: of[channels.Interview](), 200: of[channels.Interview]()}, refuses: []int{401, 413, 422, 503}},
		"DELETE /interview":           {summary: "Forget the open interview, at the revision that was shown; what was confirmed is handed in and not forgotten", out: types{204: nil}, refuses: []int{401, 422, 503}, moved: true, query: map[string]string{"revision": "As it was shown; without it whatever is open"}},
		"POST /interview/answers":     {summary: "Answer the open step; the same answer again is taken once", in: of[channels.InterviewAnswered](), out: now, refuses: []int{401, 404, 413, 422, 503}, moved: true},
		"POST /interview/back":        {summary: "Take the last answer away", in: of[channels.InterviewAt](), out: now, refuses: []int{401, 404, 422, 503}, moved: true},
		"POST /interview/enough":      {summary: "No more questions than are needed", in: of[channels.InterviewAt](), out: now, refuses: []int{401, 404, 422, 503}, moved: true},
		"POST /interview/application": {summary: "Confirm the summary: the interview becomes an application", in: of[channels.InterviewConfirmed](), out: receipts(), refuses: []int{401, 404, 413, 422, 429, 503}, moved: true},
		"POST /interview/voice":       {summary: "An answer said aloud: a WAV file of 16-bit PCM, a minute and 2 MB at most, 16 kHz and one channel for choice", voice: true, out: types{202: of[channels.VoiceTaken]()}, refuses: []int{401, 413, 415, 422, 429, 503}, once: true},
		"GET /interview/voice/{id}":   {summary: "What was heard, within twenty seconds, for the person to see and put right; it is no answer by itself", out: types{200: of[channels.VoiceAnswer]()}, refuses: []int{401, 404, 503}},
	}
	for _, e := range c.door.InterviewRoutes() {
		r := said[e.Method+" "+e.Path]
		r.endpoint = e
		list = append(list, r)
	}
	return list
}
