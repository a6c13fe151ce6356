package simulator

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"time"
)

// The error codes of the API that the simulator gives ("全局错误码").
const (
	badSecret       = 40001
	badUserID       = 40003
	badMediaType    = 40004
	badMediaSize    = 40006
	badMediaID      = 40007
	badMsgType      = 40008
	badCorpID       = 40013
	badToken        = 40014
	badAgent        = 40056
	badParameter    = 40058
	noToken         = 41001
	noCorpID        = 41002
	noSecret        = 41004
	noMedia         = 41005
	tokenExpired    = 42001
	noContent       = 44004
	tooLong         = 45002
	tooOften        = 45009
	badJSON         = 47001
	notAllowed      = 48002
	unknownDept     = 60123
	unknownUser     = 60111
	noContact       = 84061
	spentCode       = 60140
	nobodyReached   = 81013
	rangeTooBig     = 81017
	nobodyNamed     = 82001
	badChat         = 86001
	unknownChat     = 86003
	badChatName     = 86004
	badChatOwner    = 86005
	badChatSize     = 86006
	badChatMember   = 86007
	notOwnChat      = 86008
	notCustomerChat = 90501
)

// The frequency limits ("每企业调用单个cgi/api不可超过1万次/分"; a member gets at most 30 messages a minute and 1000 an
// hour from one app, what is more is dropped silently).
const (
	callsPerMinute = 10000
	perMemberMin   = 30
	perMemberHour  = 1000
	maxBody        = 1 << 20
)

// apiError is an answer with an errcode other than 0.
type apiError struct {
	code int
	msg  string
}

func fail(code int, format string, args ...any) *apiError {
	return &apiError{code: code, msg: fmt.Sprintf(format, args...)}
}

// call is one call of the API. Its method runs with s.mu held.
type call struct {
	query url.Values
	kind  string // of the body, as its header says
	body  []byte
	now   time.Time
}

func (c call) decode(v any) *apiError {
	if err := json.Unmarshal(c.body, v); err != nil {
		return fail(badJSON, "data format error: %v", err)
	}
	return nil
}

// access is which token a method wants.
type access int

const (
	open    access = iota // none
	app                   // the app's
	contact               // customer contact's
)

type method struct {
	verb, path string
	access     access
	run        func(*Simulator, call) (map[string]any, *apiError)
}

var methods = []method{
	{"GET", "gettoken", open, (*Simulator).getToken},
	{"POST", "aibot/response", open, (*Simulator).botResponse},
	{"POST", "media/upload", app, (*Simulator).mediaUpload},
	{"POST", "message/send", app, (*Simulator).messageSend},
	{"POST", "message/update_template_card", app, (*Simulator).updateCard},
	{"POST", "message/recall", app, (*Simulator).messageRecall},
	{"GET", "user/get", app, (*Simulator).userGet},
	{"GET", "user/list", app, (*Simulator).userList},
	{"GET", "user/simplelist", app, (*Simulator).userList},
	{"GET", "department/list", app, (*Simulator).departmentList},
	{"GET", "department/simplelist", app, (*Simulator).departmentIDList},
	{"GET", "getcallbackip", app, (*Simulator).callbackIP},
	{"GET", "externalcontact/get", contact, (*Simulator).customerGet},
	{"GET", "externalcontact/get_follow_user_list", contact, (*Simulator).followUserList},
	{"POST", "externalcontact/groupchat/get", contact, (*Simulator).groupGet},
	{"POST", "externalcontact/groupchat/list", contact, (*Simulator).groupList},
	{"POST", "appchat/create", app, (*Simulator).appchatCreate},
	{"GET", "appchat/get", app, (*Simulator).appchatGet},
	{"POST", "appchat/update", app, (*Simulator).appchatUpdate},
	{"POST", "appchat/send", app, (*Simulator).appchatSend},
}

// API is the platform's HTTP interface, below /cgi-bin/. As there, every answer has status 200 and carries an errcode.
func (s *Simulator) API() http.Handler {
	mux := http.NewServeMux()
	for _, m := range methods {
		mux.HandleFunc(m.verb+" /cgi-bin/"+m.path, func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, m.limit()))
			if err != nil {
				http.Error(w, "request too large", http.StatusRequestEntityTooLarge)
				return
			}
			w.Header().Set("Date", s.opts.Now().UTC().Format(http.TimeFormat)) // the platform has a clock of its own
			writeJSON(w, s.answer(m, call{query: r.URL.Query(), kind: r.Header.Get("Content-Type"), body: body}))
		})
	}
	return mux
}

// limit is how many bytes of a body are read.
func (m method) limit() int64 {
	if m.path == "media/upload" {
		return maxFile + maxBody
	}
	return maxBody
}

func (s *Simulator) answer(m method, c call) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = s.opts.Now()
	s.calls[m.path]++
	out, failed := s.run(m, c)
	if failed != nil {
		if out == nil {
			out = map[string]any{}
		}
		out["errcode"], out["errmsg"] = failed.code, failed.msg
		return out
	}
	if out == nil {
		out = map[string]any{}
	}
	out["errcode"], out["errmsg"] = 0, "ok"
	return out
}

func (s *Simulator) run(m method, c call) (map[string]any, *apiError) {
	if f := s.faults[m.path]; f != nil {
		if f.times--; f.times <= 0 {
			delete(s.faults, m.path)
		}
		return nil, fail(f.code, "as the platform sometimes does")
	}
	if !s.within("api\x00"+m.path, time.Minute, callsPerMinute, c.now) {
		return nil, fail(tooOften, "api freq out of limit")
	}
	if m.access != open {
		if err := s.authorize(m.access, c); err != nil {
			return nil, err
		}
	}
	return m.run(s, c)
}

// Calls says how often each method was called so far, by its path below /cgi-bin/, failures included.
func (s *Simulator) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.calls)
}

// Fail makes the next times calls of a method (its path below /cgi-bin/) answer with errcode, before anything else is
// looked at: what a platform does on a bad day.
func (s *Simulator) Fail(method string, errcode, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if times <= 0 {
		delete(s.faults, method)
		return
	}
	s.faults[method] = &fault{code: errcode, times: times}
}

type fault struct{ code, times int }

// window counts what happened since its start.
type window struct {
	start time.Time
	n     int
}

// within counts one more under key and says whether that is still within the limit.
func (s *Simulator) within(key string, every time.Duration, limit int, now time.Time) bool {
	w := s.windows[key]
	if w == nil || now.Sub(w.start) >= every || now.Before(w.start) {
		w = &window{start: now}
		s.windows[key] = w
	}
	w.n++
	return w.n <= limit
}

func writeJSON(w http.ResponseWriter, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "encode answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b) // a client that went away needs no answer
}
