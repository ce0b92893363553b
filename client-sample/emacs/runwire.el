;;; runwire.el --- An agent in a buffer, over the Agent Client Protocol -*- lexical-binding: t -*-

;; Package-Requires: ((emacs "28.1"))
;; Version: 0.1.0

;;; Commentary:

;; M-x runwire asks for a message; in the buffer RET sends another one, C-c C-c stops, C-c C-n begins anew, C-c C-o opens
;; a session of before, C-c C-s sets mode and model.  The agent is `runwire acp'; keys come from its environment.

;;; Code:

(require 'subr-x)

(defgroup runwire nil "Agents in Emacs." :group 'tools)
(defcustom runwire-command (list "runwire" "acp" "--store" (expand-file-name "runwire" user-emacs-directory))
  "The program of the agent and its arguments." :type '(repeat string))
(defcustom runwire-environment nil "Further variables of the agent, such as keys, each as NAME=VALUE." :type '(repeat string))

(defvar runwire-directory nil "The folder that the agent works in; that of the current buffer when nil.")
(defvar runwire--process nil "The agent.")
(defvar runwire--requests (make-hash-table) "What to call with the response to each request, by its id.")
(defvar runwire--next-id 0)
(defvar runwire--session nil "The id of the session.")
(defvar runwire--options nil "Its options: mode, model and more.")
(defvar runwire--running nil "Non-nil while a prompt runs.")
(defvar runwire--calls (make-hash-table :test #'equal) "Where each tool call is shown: a marker, its title and its state.")
(defvar runwire--said nil "Who has said what the buffer ends with.")

(define-derived-mode runwire-mode special-mode "Runwire"
  "A conversation with an agent."
  (visual-line-mode)
  (pcase-dolist (`(,key . ,command) '(("RET" . runwire) ("C-c C-c" . runwire-stop) ("C-c C-n" . runwire-new)
                                      ("C-c C-o" . runwire-open-session) ("C-c C-s" . runwire-set)))
    (define-key runwire-mode-map (kbd key) command)))

(defun runwire--buffer ()
  "Return the buffer of the conversation."
  (or (get-buffer "*runwire*")
      (with-current-buffer (get-buffer-create "*runwire*") (runwire-mode) (current-buffer))))

(defun runwire--append (text)
  "Put TEXT at the end; windows that show the end go on showing it."
  (with-current-buffer (runwire--buffer)
    (let ((inhibit-read-only t)
          (following (seq-filter (lambda (window) (= (window-point window) (point-max))) (get-buffer-window-list nil nil t))))
      (save-excursion (goto-char (point-max)) (insert text))
      (dolist (window following) (set-window-point window (point-max))))))

(defun runwire--paragraph (who text)
  "Begin a paragraph of WHO with TEXT."
  (setq runwire--said who)
  (runwire--append (concat (if (= 0 (buffer-size (runwire--buffer))) "" "\n\n") text)))

(defun runwire--clear ()
  "Forget what is shown."
  (setq runwire--said nil)
  (clrhash runwire--calls)
  (with-current-buffer (runwire--buffer) (let ((inhibit-read-only t)) (erase-buffer))))

(defun runwire--show-call (call)
  "Show the tool CALL, or what has become of it."
  (let* ((id (plist-get call :toolCallId))
         (known (gethash id runwire--calls))
         (title (or (plist-get call :title) (plist-get known :title) "A tool"))
         (status (or (plist-get call :status) (plist-get known :status) "pending"))
         (line (format "> %s %s" (pcase status ("completed" "✓") ("failed" "✗") (_ "…")) (string-replace "\n" " " title)))
         (marker (plist-get known :marker)))
    (with-current-buffer (runwire--buffer)
      (if (not marker)
          (progn (runwire--paragraph 'call line)
                 (setq marker (copy-marker (save-excursion (goto-char (point-max)) (line-beginning-position)))))
        (let ((inhibit-read-only t))
          (save-excursion (goto-char marker) (delete-region (point) (line-end-position)) (insert line)
                          (set-marker marker (line-beginning-position))))))
    (puthash id (list :title title :status status :marker marker) runwire--calls)))

(defun runwire--show (update)
  "Show UPDATE of the session."
  (pcase (plist-get update :sessionUpdate)
    ((and kind (or "agent_message_chunk" "user_message_chunk"))
     (let* ((content (plist-get update :content))
            (text (or (plist-get content :text) (format "[%s]" (plist-get content :type))))
            (who (or (plist-get update :messageId) kind)))
       (if (equal who runwire--said) (runwire--append text)
         (runwire--paragraph who (concat (and (equal kind "user_message_chunk") "## ") text)))))
    ((or "tool_call" "tool_call_update") (runwire--show-call update))
    ("config_option_update" (setq runwire--options (plist-get update :configOptions)))))

(defun runwire--write (message)
  "Send MESSAGE, a plist."
  (when (process-live-p runwire--process)
    (process-send-string runwire--process (concat (json-serialize `(:jsonrpc "2.0" ,@message)) "\n"))))

(defun runwire--fail (message &optional advice)
  "Show the error MESSAGE with ADVICE."
  (setq runwire--running nil)
  (let ((key (and (string-match-p "API[_ ]key\\|401" message)
                  "Put the key into `runwire-environment', then M-x runwire-restart.")))
    (runwire--paragraph 'error (format "**%s** %s" (string-replace "\n" " " message) (or advice key "")))))

(defun runwire--request (method params done)
  "Send the request METHOD with PARAMS; DONE gets its result, an error is shown."
  (puthash (setq runwire--next-id (1+ runwire--next-id))
           (lambda (result failure) (if failure (runwire--fail (plist-get failure :message)) (funcall done result)))
           runwire--requests)
  (runwire--write `(:id ,runwire--next-id :method ,method :params ,params)))

(defun runwire--choose (prompt items &optional name)
  "Have one of ITEMS chosen by its NAME with PROMPT; nil when the person quits."
  (let ((names (mapcar (lambda (item) (cons (or (plist-get item (or name :name)) (plist-get item :sessionId)) item)) items)))
    (condition-case nil (cdr (assoc (completing-read (concat prompt ": ") names nil t) names)) (quit nil))))

(defun runwire--serve (id method params)
  "Answer the request ID of the agent: METHOD with PARAMS."
  (pcase method
    ("session/request_permission"
     (runwire--show-call (plist-get params :toolCall))
     (let ((option (runwire--choose (or (plist-get (plist-get params :toolCall) :title) "Allow") (plist-get params :options))))
       (runwire--write
        `(:id ,id :result (:outcome ,(if option `(:outcome "selected" :optionId ,(plist-get option :optionId))
                                       '(:outcome "cancelled")))))))
    ;; With what is not saved yet.
    ("fs/read_text_file"
     (let* ((path (plist-get params :path)) (buffer (find-buffer-visiting path)))
       (runwire--write
        (if (not (or buffer (file-readable-p path))) `(:id ,id :error (:code -32002 :message "There is no such file."))
          (with-temp-buffer
            (if buffer (insert (with-current-buffer buffer (save-restriction (widen) (buffer-string))))
              (insert-file-contents path))
            `(:id ,id :result (:content ,(buffer-substring-no-properties (point-min) (point-max)))))))))
    (_ (runwire--write `(:id ,id :error (:code -32601 :message ,(concat method " is not served")))))))

(defun runwire--take (message)
  "Take MESSAGE of the agent."
  (let* ((id (plist-get message :id))
         (method (plist-get message :method))
         (params (plist-get message :params))
         (done (and id (not method) (gethash id runwire--requests))))
    (cond (done (remhash id runwire--requests) (funcall done (plist-get message :result) (plist-get message :error)))
          ;; Later, since a person may take long, and other messages must not wait for them.
          ((and method id) (run-at-time 0 nil #'runwire--serve id method params))
          ((and (equal method "session/update") (equal (plist-get params :sessionId) runwire--session))
           (runwire--show (plist-get params :update))))))

(defun runwire--read (process text)
  "Take the lines in TEXT of PROCESS; the last one may not be whole."
  (let ((lines (split-string (concat (process-get process :rest) text) "\n")))
    (process-put process :rest (car (last lines)))
    (dolist (line (butlast lines))
      (when (eq process runwire--process)
        (runwire--take (json-parse-string line :object-type 'plist :array-type 'list :null-object nil :false-object nil))))))

(defun runwire--ended (process _event)
  "Note that PROCESS has ended."
  (when (and (eq process runwire--process) (not (process-live-p process)))
    (setq runwire--process nil)
    (clrhash runwire--requests)
    (when runwire--running
      (runwire--fail (format "The agent ended with %d." (process-exit-status process))
                     "Your next message starts it again; what was said is kept."))))

(defun runwire--directory () "Return the folder of the agent."
  (directory-file-name (expand-file-name (or runwire-directory (setq runwire-directory default-directory)))))

(defun runwire--ensure (ready)
  "Call READY with a session: the open one, that of an agent that ended, or a new one."
  (if (process-live-p runwire--process) (funcall ready)
    (let ((process-environment (append runwire-environment process-environment))
          (directory (runwire--directory)))
      (condition-case failure
          (setq runwire--process
                (make-process :name "runwire" :command runwire-command :noquery t :connection-type 'pipe :coding 'utf-8-unix
                              :filter #'runwire--read :sentinel #'runwire--ended :stderr (get-buffer-create " *runwire log*")))
        (error (runwire--fail (error-message-string failure) "Is it installed?")))
      (runwire--request
       "initialize" '(:protocolVersion 1 :clientCapabilities (:fs (:readTextFile t :writeTextFile :false)))
       (lambda (result)
         (let ((kept (and (plist-get (plist-get result :agentCapabilities) :loadSession) runwire--session)))
           (runwire--request
            (if kept "session/resume" "session/new")
            `(:cwd ,directory :mcpServers [] ,@(and kept `(:sessionId ,kept)))
            (lambda (opened)
              (setq runwire--session (or (plist-get opened :sessionId) runwire--session)
                    runwire--options (plist-get opened :configOptions))
              (funcall ready)))))))))

;;;###autoload
(defun runwire (text)
  "Send TEXT to the agent."
  (interactive "sRunwire: ")
  (runwire--directory)
  (display-buffer (runwire--buffer))
  (unless (or runwire--running (string-empty-p text))
    (setq runwire--running t)
    (runwire--paragraph 'user (concat "## " text))
    (runwire--ensure
     (lambda ()
       (runwire--request
        "session/prompt" `(:sessionId ,runwire--session :prompt [(:type "text" :text ,text)])
        (lambda (result)
          (setq runwire--running nil)
          (unless (equal (plist-get result :stopReason) "end_turn")
            (runwire--paragraph 'end (format "*(%s)*" (plist-get result :stopReason))))))))))

(defun runwire-stop () "Stop what is running." (interactive)
  (runwire--write `(:method "session/cancel" :params (:sessionId ,runwire--session))))

(defun runwire-restart ()
  "End the agent; the next message starts it again, with the same session."
  (interactive)
  (when-let ((process runwire--process))
    (setq runwire--process nil runwire--running nil)
    (delete-process process)))

(defun runwire-new () "Begin a new session." (interactive)
  (runwire-restart)
  (setq runwire--session nil)
  (runwire--clear))

(defun runwire-open-session ()
  "Choose a session of this folder and show it."
  (interactive)
  (runwire--ensure
   (lambda ()
     (runwire--request
      "session/list" `(:cwd ,(runwire--directory))
      (lambda (result)
        (when-let ((one (runwire--choose "Session" (plist-get result :sessions) :title)))
          (runwire--clear)
          (setq runwire--session (plist-get one :sessionId))
          (runwire--request "session/load"
                            `(:sessionId ,runwire--session :cwd ,(runwire--directory) :mcpServers []) #'ignore)))))))

(defun runwire-set ()
  "Set the mode, the model, or how much it thinks."
  (interactive)
  (runwire--ensure
   (lambda ()
     (when-let* ((option (runwire--choose "Set" runwire--options))
                 (value (runwire--choose "To" (plist-get option :options))))
       (runwire--request
        "session/set_config_option" `(:sessionId ,runwire--session :configId ,(plist-get option :id) :value ,(plist-get value :value))
        (lambda (result) (setq runwire--options (plist-get result :configOptions))))))))

(provide 'runwire)
;;; runwire.el ends here
