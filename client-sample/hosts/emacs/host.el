;;; host.el --- Runs agents in the Runwire daemon with jsonrpc.el -*- lexical-binding: t -*-

;;     emacs -Q --batch -l client-sample/hosts/emacs/host.el
;;
;; Emacs 27 or later: jsonrpc.el, which Eglot stands on, comes with it.  RUNWIRE names the daemon's file, NODE the
;; Node.js to run it with.  Interactively prefer `jsonrpc-async-request': the editor stays free meanwhile.

(require 'jsonrpc)
(require 'json)

(defvar host-server
  (or (getenv "RUNWIRE") (expand-file-name "../../../dist/daemon/runwire.cjs" (file-name-directory load-file-name))))

(defun host-say (format &rest arguments)
  (princ (concat (apply #'format format arguments) "\n")))

(defvar host-tools
  `(;; A tool of the editor: what the user looks at.  (The current buffer is jsonrpc.el's own while it serves.)
    ("buffer_text" . ,(lambda (_connection _call) (with-current-buffer (window-buffer) (buffer-string))))
    ;; The user stops the run instead of answering; what the tool says after that changes nothing.
    ("ask_user" . ,(lambda (connection call)
                     (jsonrpc-async-request connection 'run/cancel
                                            (list :runId (plist-get call :runId) :reason "stopped by the user")
                                            :success-fn #'ignore)
                     "too late"))))

(defun host-serve (connection method params)
  "Answer the request METHOD of the daemon."
  (unless (eq method 'tool/call)
    (jsonrpc-error :code -32601 :message (format "%s is not served" method)))
  (list :content (funcall (cdr (assoc (plist-get params :name) host-tools)) connection params)))

(defun host-note (_connection method params)
  "Take note of the notification METHOD."
  (let* ((event (plist-get params :event))
         (part (plist-get event :part)))
    (when (and (eq method 'run/event) (equal (plist-get event :event_kind) "function_tool_call"))
      (host-say "calls %s %s" (plist-get part :tool_name) (json-encode (plist-get part :args))))))

(defun host-start ()
  "Start a daemon; it ends when its input does."
  (make-process :name "runwire" :command (list (or (getenv "NODE") "node") host-server) :noquery t
                :connection-type 'pipe :coding 'utf-8-emacs-unix :stderr (get-buffer-create "*runwire stderr*")))

(defun host-connect (process)
  (make-instance 'jsonrpc-process-connection :name "runwire" :process process
                 :request-dispatcher #'host-serve :notification-dispatcher #'host-note))

(defun host-parts (answer)
  (mapconcat (lambda (part) (plist-get part :part_kind))
             (apply #'vconcat (mapcar (lambda (message) (plist-get message :parts)) (plist-get answer :messages)))
             ", "))

(defun host-ask (connection prompt &rest spec)
  "Run an agent with PROMPT on the embedded model (no network, no key) and show what came of it."
  ;; `:wait' puts the answer behind everything else.  Without it prefer `jsonrpc-async-request': what comes right behind
  ;; the answer to a `jsonrpc-request' is not looked at before still more comes, which can take a tenth of a second.
  (let* ((start `(:model "test" :prompt ,prompt :wait t ,@spec))
         (result (jsonrpc-request connection 'run/start start :timeout 60))
         (run (list :runId (plist-get result :runId)))
         (usage (plist-get (jsonrpc-request connection 'run/usage run) :usage)))
    (host-say "%s: %s" (plist-get result :outcome)
              (json-encode (or (plist-get result :output) (plist-get (plist-get result :error) :message))))
    (host-say "messages: %s" (host-parts (jsonrpc-request connection 'run/messages run)))
    (host-say "new messages: %s" (host-parts (jsonrpc-request connection 'run/newMessages run)))
    (host-say "usage: requests %d, tool calls %d, input tokens %d, output tokens %d"
              (plist-get usage :requests) (plist-get usage :tool_calls)
              (plist-get usage :input_tokens) (plist-get usage :output_tokens))
    run))

(defun host-tool (name)
  ;; nil is written as null; a schema may leave its properties empty that way.
  `[(:name ,name :inputSchema (:type "object" :properties nil))])

(let* ((process (host-start))
       (connection (host-connect process)))
  ;; `:processId' lets the daemon end with Emacs even where a pipe stays open.  A name that says Emacs makes it send
  ;; `$/waiting' where jsonrpc.el would leave a request unread; under another name, ask with `:initializationOptions
  ;; (:wakeUp t)'.
  (jsonrpc-request connection 'initialize (list :processId (emacs-pid) :clientInfo '(:name "emacs sample")))
  (jsonrpc-notify connection 'initialized nil)
  (with-current-buffer (window-buffer) (insert "the quick brown fox"))
  (let ((first (host-ask connection "What is in this buffer?" :tools (host-tool "buffer_text"))))
    (host-ask connection "And in German?" :messageHistory first))
  (host-ask connection "Ask me." :tools (host-tool "ask_user"))
  (jsonrpc-request connection 'shutdown nil)
  (jsonrpc-notify connection 'exit nil)
  (while (process-live-p process) (accept-process-output nil 0.01))
  (host-say "exit code %d" (process-exit-status process))
  (kill-emacs (process-exit-status process)))

;;; host.el ends here
