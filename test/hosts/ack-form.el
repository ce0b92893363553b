;;; ack-form.el --- Runs that are started by a synchronous request  -*- lexical-binding: t -*-

;; The answer to a `jsonrpc-request' leaves the reader by a `throw': what came with it, here the call of a tool, is looked
;; at when more comes.  `:wakeUp' asks the daemon for it.  Prints the number of runs that ended.

(require 'jsonrpc)

(let* ((process (make-process :name "runwire" :command (list (getenv "NODE") (getenv "RUNWIRE")) :noquery t
                              :connection-type 'pipe :coding 'utf-8-emacs-unix
                              :stderr (get-buffer-create "*runwire stderr*")))
       (connection (make-instance 'jsonrpc-process-connection :name "runwire" :process process
                                  :request-dispatcher (lambda (&rest _) '(:content "done"))
                                  :notification-dispatcher #'ignore))
       (spec '(:model "test" :prompt "Act." :tools [(:name "act" :inputSchema (:type "object"))]))
       (ended 0))
  (jsonrpc-request connection 'initialize (list :processId (emacs-pid) :initializationOptions '(:wakeUp t)))
  (jsonrpc-notify connection 'initialized nil)
  (dotimes (_ 20)
    (let ((run (jsonrpc-request connection 'run/start spec)))
      (when (equal (plist-get (jsonrpc-request connection 'run/wait (list :runId (plist-get run :runId))) :outcome)
                   "success")
        (setq ended (1+ ended)))))
  (jsonrpc-request connection 'shutdown nil)
  (jsonrpc-notify connection 'exit nil)
  (princ (format "%d runs ended\n" ended)))

;;; ack-form.el ends here
