// Export for a paper: what to make of a run, a live preview of each figure and table as it will be
// printed, and what a venue's check says of it.
#pragma once

#include <QDialog>
#include <QTimer>
#include <memory>
#include <optional>
#include <stop_token>

#include "exports/paper_export.h"
#include "widgets/exports/paper_preview.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QListWidgetItem;
class QProgressBar;
class QPushButton;

namespace slay {

class CheckView;
class ExportTask;
class PageView;
class PaperForm;

class ExportDialog : public QDialog {
    Q_OBJECT

  public:
    // Works on a record of its own, so that a run may go on meanwhile. `run_folder`: where the run
    // lies, for the command; `folder`: where to write.
    ExportDialog(std::shared_ptr<const RunRecord> record, const QString& run_folder,
                 const QString& folder, const PaperChoice& start, QWidget* parent = nullptr);
    ~ExportDialog() override;

    PaperChoice choice() const;
    void set_choice(const PaperChoice& choice);
    QString folder() const;
    // The command line that does the same.
    QString command() const;

    PaperForm& form() { return *form_; }
    QListWidget& items() { return *items_; }
    PageView& page() { return *page_; }
    CheckView& check() { return *check_; }
    QPushButton& export_button() { return *export_; }
    bool previewing() const { return maker_.busy() || soon_.isActive(); }
    bool exporting() const { return task_ != nullptr; }

    void start_export();

  signals:
    void exported(const QString& folder, int files);
    void choice_kept(const slay::PaperChoice& choice);  // to be remembered

  protected:
    void done(int result) override;

  private:
    QWidget* build_left();
    QWidget* build_right();
    QWidget* build_bottom();
    void fill_items();
    void refresh();
    void preview_current();
    void take_preview(const PaperPreview& preview);
    void fit_again();
    void show_page();
    double wanted_dots() const;
    QString current_stem() const;
    void choose_folder();
    void load_settings();
    void save_settings();
    void copy_command();
    void take_exported(const QStringList& files);
    void end_export(const QString& message);
    void say(const QString& text);

    std::shared_ptr<const RunRecord> record_;
    QString run_folder_;
    std::shared_ptr<const PaperPlan> plan_;  // of the choice; null while it is not valid
    PreviewMaker maker_;
    PaperPreview shown_;
    QTimer soon_;
    PaperForm* form_;
    QListWidget* items_;
    PageView* page_;
    CheckView* check_;
    QLabel *status_, *title_;
    QComboBox* zoom_;
    QCheckBox* grey_;
    QLineEdit* folder_;
    QPushButton *export_, *cancel_;
    QProgressBar* progress_;
    ExportTask* task_ = nullptr;
    std::shared_ptr<PaperOutcome> outcome_;
    std::stop_source stop_;
};

}  // namespace slay
