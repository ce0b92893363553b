;;; acp-el.el --- Drives the agent with acp.el, without a screen -*- lexical-binding: t -*-

;;     emacs -Q --batch -l acp-el.el ACP.EL-FOLDER CWD COMMAND ARGUMENT...

;; Prints what it saw as JSON.

(require 'json)
(add-to-list 'load-path (pop command-line-args-left))
(require 'acp)

(defvar cwd (pop command-line-args-left))
(defvar command (pop command-line-args-left))
(defvar arguments (prog1 command-line-args-left (setq command-line-args-left nil)))
(defvar chunks "")
(defvar on-chunk #'ignore)
(defvar seen nil)

(defun wait (what ready)
  (let ((end (+ (float-time) 20)))
    (while (not (funcall ready))
      (when (> (float-time) end) (error "no %s" what))
      (accept-process-output nil 0.01))))

(defun send (client request)
  "Send REQUEST and wait for its result."
  (let (result failure)
    (acp-send-request :client client :request request :buffer (current-buffer)
                      :on-success (lambda (answer) (setq result (or answer t)))
                      :on-failure (lambda (problem) (setq failure problem)))
    (wait (format "answer to %s" (map-elt request :method)) (lambda () (or result failure)))
    (when failure (error "%S" failure))
    result))

(let* ((client (acp-make-client :context-buffer (current-buffer) :command command :command-params arguments))
       session)
  (acp-subscribe-to-notifications
   :client client :buffer (current-buffer)
   :on-notification
   (lambda (notification)
     (let ((update (map-nested-elt notification '(params update))))
       (when (equal (map-elt update 'sessionUpdate) "agent_message_chunk")
         (setq chunks (concat chunks (map-nested-elt update '(content text))))
         (funcall on-chunk)))))
  (acp-subscribe-to-requests
   :client client :buffer (current-buffer)
   :on-request
   (lambda (request)
     (when (equal (map-elt request 'method) "session/request_permission")
       (acp-send-response
        :client client
        :response (acp-make-session-request-permission-response :request-id (map-elt request 'id) :option-id "allow")))))
  (send client (acp-make-initialize-request :protocol-version 1))
  (setq session (map-elt (send client (acp-make-session-new-request :cwd cwd)) 'sessionId))
  (dolist (text '("write a.txt hello" "long 204800" "hang"))
    (setq chunks "")
    (when (equal text "hang")
      (setq on-chunk (lambda ()
                       (acp-send-notification
                        :client client :notification (acp-make-session-cancel-notification :session-id session)))))
    (let ((answer (send client (acp-make-session-prompt-request
                                :session-id session :prompt `[((type . "text") (text . ,text))]))))
      (push (format "%s: %s, %d characters" text (map-elt answer 'stopReason) (length chunks)) seen)))
  (princ (concat (json-serialize (vconcat (reverse seen))) "\n"))
  (acp-shutdown :client client)
  (kill-emacs 0))

;;; acp-el.el ends here
