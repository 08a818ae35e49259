package notebook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/specialist-nlp/specialist/pkg/internal/browserkit"
)

// lab is a JupyterLab server of the project's own environment, with folders of its own, and a tab of a browser at it.
type lab struct {
	*browserkit.Tab
	t      *testing.T
	server string // its address
	pid    int    // of the server
}

// openLab starts JupyterLab on a free port, with dir as its folder, and a browser. The set-up has put both where they are.
func openLab(t *testing.T, dir string) *lab {
	t.Helper()
	program, err := filepath.Abs("../../.venv/bin/jupyter-lab")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(program); err != nil {
		t.Fatalf("JupyterLab: %v: make setup installs it", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	own := t.TempDir()
	var log bytes.Buffer
	cmd := exec.Command(program, "--no-browser", "--allow-root", fmt.Sprintf("--port=%d", port), "--port-retries=0", "--ip=127.0.0.1",
		"--notebook-dir="+dir, "--IdentityProvider.token=secret")
	cmd.Env = os.Environ()
	for _, name := range []string{"CONFIG", "DATA", "RUNTIME"} {
		cmd.Env = append(cmd.Env, "JUPYTER_"+name+"_DIR="+filepath.Join(own, name))
	}
	// A session that this test is itself run in is none of the server's.
	cmd.Env = append(cmd.Env, sessionEnv+"=", "SPECIALIST_PARENT=", "SPECIALIST_GOPLS=off")
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The kernels end with their server, when it is asked to.
		_ = cmd.Process.Signal(syscall.SIGTERM)
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(15 * time.Second):
		}
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if t.Failed() {
			t.Logf("JupyterLab says:\n%s", log.String())
		}
	})
	l := &lab{t: t, server: fmt.Sprintf("http://127.0.0.1:%d", port), pid: cmd.Process.Pid}
	l.wait("JupyterLab to answer", func() bool { return l.get("api") != nil })
	l.Tab = browserkit.Open(t, chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1400, 1500))
	return l
}

// wait waits for a condition, for up to a minute.
func (l *lab) wait(what string, met func() bool) {
	l.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if met() {
			return
		}
	}
	shown := "nothing yet"
	if l.Tab != nil {
		shown = l.Text()
	}
	l.t.Fatalf("waited in vain for %s; the page shows %q", what, shown)
}

// picture writes what the tab shows beside the test's other artifacts: go test -artifacts keeps them.
func (l *lab) picture(name string) {
	l.t.Helper()
	png, err := chromedp.Run(l, chromedp.CaptureScreenshot())
	if err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(l.t.ArtifactDir(), name), png, 0o644); err != nil {
		l.t.Fatal(err)
	}
}

// get asks the server, and returns nil where it does not answer as it should.
func (l *lab) get(path string) []byte {
	r, err := http.Get(l.server + "/" + path + "?token=secret")
	if err != nil {
		return nil
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		return nil
	}
	return body
}

// kernel returns what the only kernel does: busy or idle.
func (l *lab) kernel() string {
	var kernels []struct {
		State string `json:"execution_state"`
	}
	if err := json.Unmarshal(l.get("api/kernels"), &kernels); err != nil || len(kernels) != 1 {
		return fmt.Sprintf("%d kernels, %v", len(kernels), err)
	}
	return kernels[0].State
}

// open opens a notebook and waits for its kernel. A page that is left does not ask whether it may be.
func (l *lab) open(notebook string) {
	l.t.Helper()
	if err := chromedp.Listen(l, func(event any) {
		if _, ok := event.(*page.EventJavascriptDialogOpening); ok {
			go func() {
				_, _ = chromedp.Call(l, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
			}()
		}
	}); err != nil {
		l.t.Fatal(err)
	}
	l.Run(chromedp.Navigate(l.server + "/lab/tree/" + notebook + "?token=secret"))
	l.Until(`["idle", "unknown"].includes(document.querySelector(".jp-Notebook-ExecutionIndicator")?.dataset.status) &&
		document.querySelector(".jp-KernelName").textContent.includes("gonb") && document.querySelector(".jp-Notebook .jp-CodeCell")`)
}

// execute runs the first cell, and waits for it to start.
func (l *lab) execute() {
	l.t.Helper()
	l.Run(chromedp.Click(chromedp.CSS(".jp-CodeCell .jp-InputArea-prompt")), chromedp.Click(chromedp.CSS(`[data-jp-item-name="run"] :is(button, jp-button)`)))
	l.Until(`document.querySelector(".jp-CodeCell .jp-InputPrompt").textContent.includes("*")`)
}

// writeNotebook writes a notebook of code cells.
func writeNotebook(t *testing.T, path string, cells ...string) {
	t.Helper()
	type cell struct {
		Type     string         `json:"cell_type"`
		ID       string         `json:"id"`
		Count    *int           `json:"execution_count"`
		Metadata map[string]any `json:"metadata"`
		Outputs  []any          `json:"outputs"`
		Source   string         `json:"source"`
	}
	var all []cell
	for i, source := range cells {
		all = append(all, cell{"code", fmt.Sprintf("cell-%d", i), nil, map[string]any{}, []any{}, strings.TrimSpace(source)})
	}
	raw, err := json.Marshal(map[string]any{
		"cells": all, "nbformat": 4, "nbformat_minor": 5,
		"metadata": map[string]any{"kernelspec": map[string]any{"name": "gonb", "display_name": "Go (gonb)", "language": "go"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
}
