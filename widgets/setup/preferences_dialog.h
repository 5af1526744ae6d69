// What the user prefers on this machine. Nothing changes before OK; a wrong entry is said at its
// field.
#pragma once

#include <QDialog>
#include <vector>

#include "engine/core/preferences.h"
#include "engine/run/executor.h"
#include "widgets/look/theme.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace slay {

class PreferencesDialog : public QDialog {
    Q_OBJECT

  public:
    // `devices` are those of the loaded engine; a preferred one that is not among them stays
    // offered, marked as not here.
    PreferencesDialog(const Preferences& preferences, ThemeChoice theme,
                      const std::vector<DeviceInfo>& devices, QWidget* parent = nullptr);

    Preferences preferences() const;  // as the fields say
    ThemeChoice theme() const;
    QString problem() const;  // of the first wrong field; empty when all are right

  private:
    QLineEdit* add_path(QFormLayout& form, const QString& label, const QString& help,
                        const std::string& value, const QString& usual, bool folder);
    void check();  // the fields, and whether OK may be pressed

    Preferences before_;
    QComboBox* theme_;
    QComboBox* device_;
    QLineEdit* output_ = nullptr;
    QSpinBox* threads_;
    QSpinBox* nvml_;
    QLineEdit* latex_ = nullptr;
    QLineEdit* libtorch_ = nullptr;
    QLabel* error_;
    QPushButton* ok_;
};

}  // namespace slay
