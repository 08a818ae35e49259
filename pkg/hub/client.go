package hub

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The numbers of consecutive attempts without progress after which a request fails.
const (
	listAttempts = 3
	blobAttempts = 5
)

// client is the configuration of one Fetch, from the environment.
type client struct {
	endpoint  *url.URL // no trailing slash in its path
	cacheDir  string
	token     string
	tokenFrom string // the variable or file of the token, for messages
	offline   bool

	http    *http.Client
	backoff time.Duration // wait after the first failure, doubled after each further one
	stall   time.Duration // time without data after which a connection is closed
}

func newClient() (*client, error) {
	c := &client{backoff: 500 * time.Millisecond, stall: time.Minute}
	address := getenvOr("HF_ENDPOINT", "https://huggingface.co")
	endpoint, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || endpoint.Host == "" || (endpoint.Scheme != "https" && endpoint.Scheme != "http") {
		return nil, fmt.Errorf("HF_ENDPOINT is not an address such as https://huggingface.co: %q", address)
	}
	c.endpoint = endpoint

	home, err := hfHome()
	if err != nil {
		return nil, err
	}
	cacheDir := getenvOr("HF_HUB_CACHE", getenvOr("HUGGINGFACE_HUB_CACHE", filepath.Join(home, "hub")))
	if c.cacheDir, err = expand(cacheDir); err != nil {
		return nil, err
	}
	c.offline = isTrue("HF_HUB_OFFLINE")
	if os.Getenv("HF_HUB_OFFLINE") == "" {
		c.offline = isTrue("TRANSFORMERS_OFFLINE")
	}
	if !c.offline {
		if err := c.readToken(home); err != nil {
			return nil, err
		}
	}

	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	transport.ResponseHeaderTimeout = 30 * time.Second
	c.http = &http.Client{Transport: &tokenTransport{base: transport, endpoint: endpoint, token: c.token}}
	return c, nil
}

// hfHome returns HF_HOME, or huggingface_hub's default.
func hfHome() (string, error) {
	if home := os.Getenv("HF_HOME"); home != "" {
		return expand(home)
	}
	return expand(filepath.Join(getenvOr("XDG_CACHE_HOME", "~/.cache"), "huggingface"))
}

// readToken sets the token from the environment or from the token file.
func (c *client) readToken(home string) error {
	if isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
		return nil
	}
	for _, name := range []string{"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"} {
		if c.token = cleanToken(os.Getenv(name)); c.token != "" {
			c.tokenFrom = name
			return nil
		}
	}
	file, err := expand(getenvOr("HF_TOKEN_PATH", filepath.Join(home, "token")))
	if err != nil {
		return err
	}
	content, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot read the Hub token: %w", err)
	}
	if c.token = cleanToken(string(content)); c.token != "" {
		c.tokenFrom = file
	}
	return nil
}

func cleanToken(s string) string {
	return strings.TrimSpace(strings.NewReplacer("\r", "", "\n", "").Replace(s))
}

func getenvOr(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

func isTrue(name string) bool {
	return slices.Contains([]string{"1", "ON", "YES", "TRUE"}, strings.ToUpper(os.Getenv(name)))
}

// expand resolves a leading ~ and $VARIABLES, as Python does for its cache folders, and makes the path absolute.
func expand(dir string) (string, error) {
	if dir == "~" || strings.HasPrefix(dir, "~/") {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("no place for the Hub's cache: set HF_HOME (%w)", err)
		}
		dir = home + dir[1:]
	}
	return filepath.Abs(os.ExpandEnv(dir))
}

// tokenTransport adds the token to requests to the endpoint. It also sees redirected requests, so that the token is never sent
// to another host or another port.
type tokenTransport struct {
	base     http.RoundTripper
	endpoint *url.URL
	token    string
}

func (t *tokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("User-Agent", "specialist")
	if t.token != "" && req.URL.Scheme == t.endpoint.Scheme && req.URL.Host == t.endpoint.Host {
		req.Header.Set("Authorization", "Bearer "+t.token)
	}
	return t.base.RoundTrip(req)
}

// url joins path elements to the endpoint. Each element is escaped, slashes within it included.
func (c *client) url(elements ...string) string {
	var b strings.Builder
	b.WriteString(c.endpoint.String())
	for _, e := range elements {
		b.WriteString("/" + url.PathEscape(e))
	}
	return b.String()
}

// newRequest returns a request for content without compression: Go would decompress it silently, and sizes and ranges would not
// be those of the file.
func newRequest(ctx context.Context, method, address string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "identity")
	return req, nil
}
