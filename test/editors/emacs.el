;;; emacs.el --- Drives the package without a screen -*- lexical-binding: t -*-

;; Prints what a person would have seen as JSON.

(require 'json)
(defvar input (json-parse-string (getenv "SCENARIO") :object-type 'plist :array-type 'list))
(add-to-list 'load-path (plist-get input :plugin))
(require 'runwire)

(defvar seen nil)
(defvar choice 0)

(defun text () (with-current-buffer "*runwire*" (buffer-substring-no-properties (point-min) (point-max))))

(defun wait (what ready)
  (let ((end (+ (float-time) 20)))
    (while (not (funcall ready))
      (when (> (float-time) end) (error "no %s in:\n%s" what (text)))
      (accept-process-output nil 0.01))))

(defun idle () (not runwire--running))

(defun say (words)
  (runwire words)
  (wait (concat "end of " words) #'idle))

(defun variables (plist)
  (let (list)
    (while plist (push (format "%s=%s" (substring (symbol-name (pop plist)) 1) (pop plist)) list))
    list))

(defun see (key value) (setq seen (append seen (list key value))))

(defun count-of (word) (let ((count 0) (start 0)) (while (string-match word (text) start) (setq count (1+ count) start (match-end 0))) count))

(fset 'completing-read (lambda (_prompt names &rest _) (car (nth choice names))))

(defun main ()
  (let ((folder (file-name-as-directory (plist-get input :cwd))))
    (setq runwire-directory folder
          runwire-command (plist-get input :command)
          runwire-environment (variables (plist-get input :env)))
    (with-current-buffer (find-file-noselect (concat folder "a.txt"))
      (erase-buffer)
      (insert "not saved\n"))
    (say "say hello")
    (say "read a.txt")
    (say "write b.txt made here")
    (setq choice 2)
    (say "write c.txt not this")
    (setq choice 0)
    (see :chat (text))
    (runwire "hang")
    (wait "text" (lambda () (string-match-p "I think" (text))))
    (runwire-stop)
    (wait "stop" #'idle)
    (see :cancelled (and (string-match "\\*(\\(.*\\))\\*\\'" (text)) (match-string 1 (text))))
    (runwire "hang")
    (wait "text" (lambda () (= 2 (count-of "I think"))))
    (signal-process runwire--process 'KILL)
    (wait "note" #'idle)
    (see :killed (and (string-match "\\*\\*\\(The agent ended.*?\\)\\*\\*" (text)) (match-string 1 (text))))
    (say "say again")
    (see :after (and (string-match "again\n\n\\(again\\)\\'" (text)) (match-string 1 (text))))
    (runwire-new)
    (runwire-open-session)
    (wait "replay" (lambda () (and (string-match-p "## say hello" (text)) (string-match-p "\nagain\\'" (text)))))
    (see :loaded (text))
    (dolist (key '(:noKey :badKey))
      (runwire-new)
      (setq runwire-command (plist-get (plist-get input key) :command)
            runwire-environment (variables (plist-get (plist-get input key) :env)))
      (say "say hello")
      (see key (text)))))

(condition-case problem (main)
  (error (see :problem (format "%S" problem))))
(princ (concat (decode-coding-string (json-serialize seen) 'utf-8) "\n"))
(kill-emacs (if (plist-member seen :problem) 1 0))

;;; emacs.el ends here
